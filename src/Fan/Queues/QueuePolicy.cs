namespace Fan.Queues;

/// <summary>What a queue does with its messages by itself. Immutable.</summary>
public sealed record QueuePolicy
{
    /// <summary>
    /// The most attempts. The core ends a message that has had them; a broker that counts deliveries itself may use it (and no less) as a
    /// backstop, with <see cref="DeadLetterReasons.AttemptsExhausted"/>. Default 10.
    /// </summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>The longest time within which a message must be begun; null has no limit. Default null.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// The most messages that are to be handled, now or later; more are refused. A transport may count with a delay. Null takes the
    /// transport's own bound. Default null.
    /// </summary>
    public int? MaxMessages { get; init; }

    /// <summary>
    /// How long the ids of handled messages are remembered, so that a message that comes twice is handled once; null remembers none.
    /// Default null.
    /// </summary>
    public TimeSpan? RememberFor { get; init; }

    /// <summary>
    /// The time after which a message goes to another consumer when its own has died without a word. A living consumer keeps it as long as
    /// its handler runs. Transports that see a connection break need not wait. Default 30 s.
    /// </summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For a transport that keeps keys in order by dividing them: how many keys may be handled at once, at most. Can't be changed once the
    /// queue exists. Default 8.
    /// </summary>
    public int Partitions { get; init; } = 8;

    /// <summary>How long dead letters are kept. Default 14 days.</summary>
    public TimeSpan DeadLetterRetention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>The most dead letters that are kept; the oldest go first. Default 100,000.</summary>
    public int MaxDeadLetters { get; init; } = 100_000;
}
