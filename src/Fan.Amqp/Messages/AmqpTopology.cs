namespace Fan.Amqp.Messages;

/// <summary>The names at the broker.</summary>
internal static class AmqpTopology
{
    /// <summary>The exchange (direct, durable) that takes requests to the queues of the processes that serve.</summary>
    public const string Exchange = "fan.rpc";

    /// <summary>The queue that stands for the channel that a reply goes to.</summary>
    public const string DirectReplyTo = "amq.rabbitmq.reply-to";

    /// <summary>
    /// Whether replies may go there: to the channel of a caller only, so that none can have us write into a queue that others read.
    /// </summary>
    public static bool IsReplyTo(string? name) =>
        name is { Length: <= MaxNameBytes } && name.StartsWith(DirectReplyTo + ".", StringComparison.Ordinal);

    /// <summary>The longest name of a queue or routing key, in bytes.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>What may overtake requests goes here: cancellations and credit of sequences.</summary>
    public static string Control(string queue) => queue + ".control";

    /// <summary>
    /// The routing key for requests in micro-fan's form, which do not name their service; null where the name is too long for one.
    /// </summary>
    public static string? MicroFanKey(string queue, string service) =>
        queue.Length + 1 + service.Length <= MaxNameBytes ? $"{queue}.{service}" : null;

    /// <summary>A new name for the queue of a process.</summary>
    public static string NewQueue(string application)
    {
        var name = string.Concat(application.Take(64).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '_'));
        return $"fan.rpc.{name}.{Guid.NewGuid():N}";
    }
}
