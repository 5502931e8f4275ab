using Fan.Messaging;

namespace Fan.Queues;

/// <summary>
/// A push on its way. Times are durations, measured by the broker or store from its acceptance: clocks of hosts are never compared.
/// </summary>
public sealed class QueueMessage
{
    /// <summary>The longest <see cref="Key"/>, in characters.</summary>
    public const int MaxKeyLength = 256;

    /// <summary>The longest <see cref="Id"/>, in characters: printable ASCII. Fan's own are 32 hex digits.</summary>
    public const int MaxIdLength = 128;

    /// <summary>Tells it from all others; a message that is sent again has the same. Travels as <c>fan-message-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The service, without brackets.</summary>
    public required string Service { get; init; }

    /// <summary>The wire name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>
    /// What travels beside it, shard keys among it. <see cref="MessageHeaders.TimeToLive"/> is not set: it is about calls.
    /// </summary>
    public required MessageHeaders Headers { get; init; }

    /// <summary>The media type of <see cref="Payload"/>.</summary>
    public required string ContentType { get; init; }

    /// <summary>The arguments.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>
    /// Messages of the same key are handled one at a time over all consumers of a group, in the order of their sending; one that waits for
    /// its retry holds back those behind it. Null has no order.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// How long it is kept back before it is delivered; it takes its place in the order when this is over. Not negative; null for not at
    /// all.
    /// </summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// The time from now within which it must be begun, waits and retries included: then it is dead
    /// (<see cref="DeadLetterReasons.Expired"/>). Null takes what the queue's policy says; otherwise the shorter of the two counts.
    /// </summary>
    /// <remarks>In a delivery: what remains of it; null where there is no limit.</remarks>
    public TimeSpan? TimeToLive { get; init; }
}
