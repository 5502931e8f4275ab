using Fan.Context;
using Fan.Queues;

namespace Fan;

/// <summary>What a pusher asks for. Immutable.</summary>
public sealed record PushOptions
{
    /// <summary>The longest delay and the longest time to live.</summary>
    public static readonly TimeSpan MaxTime = TimeSpan.FromDays(366);

    /// <summary>
    /// Pushes of the same key to the same service are handled one at a time in the order of their sending, in each group; at most 256
    /// characters. Null has no order.
    /// </summary>
    public string? Key { get; init; }

    /// <summary>
    /// The earliest moment at which it is handled, by the clock of this machine. Null, or a time that has passed, is at once.
    /// </summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How long it is kept back. Give this or <see cref="NotBefore"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>The time from now within which it must be begun; afterwards it is a dead letter. Null takes what the queue says.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// The id of the one message that is pushed, 1 to 128 printable ASCII characters. Give it to send the same message again after an
    /// error; queues that remember ids handle it once. Null makes a new one.
    /// </summary>
    public string? MessageId { get; init; }

    /// <exception cref="ArgumentException">Something is out of its bounds; the message says what.</exception>
    internal PushDetails Resolve(TimeProvider clock)
    {
        if (Key is { Length: 0 or > QueueMessage.MaxKeyLength })
        {
            throw Bad(nameof(Key), $"must have 1 to {QueueMessage.MaxKeyLength} characters; it has {Key.Length}");
        }

        if (MessageId is { } id && (id.Length is 0 or > QueueMessage.MaxIdLength || id.Any(c => c is < '!' or > '~')))
            throw Bad(nameof(MessageId), $"must have 1 to {QueueMessage.MaxIdLength} printable ASCII characters without blanks");
        if (NotBefore is not null && Delay is not null) throw Bad(nameof(Delay), $"can't be given together with {nameof(NotBefore)}");
        var delay = NotBefore - clock.GetUtcNow() ?? Delay;
        if (Delay < TimeSpan.Zero) throw Bad(nameof(Delay), $"can't be negative; it is {Delay}");
        if (delay > MaxTime) throw Bad(NotBefore is null ? nameof(Delay) : nameof(NotBefore), $"can be at most {MaxTime.Days} days ahead");
        if (TimeToLive is { } time && (time <= TimeSpan.Zero || time > MaxTime))
        {
            throw Bad(nameof(TimeToLive), $"must be above zero and at most {MaxTime.Days} days; it is {time}");
        }

        if (TimeToLive <= delay)
        {
            throw Bad(nameof(TimeToLive), $"must be longer than the {delay} for which the push is kept back; it is {TimeToLive}");
        }

        return new PushDetails(
            MessageId ?? PushDetails.NewId(clock),
            Key is null ? null : SoundText.Of(Key),
            delay > TimeSpan.Zero ? delay : null,
            TimeToLive);
    }

    private static ArgumentException Bad(string member, string rule) => new($"{nameof(PushOptions)}.{member} {rule}.", nameof(member));
}
