using Fan.Queues;

namespace Fan;

/// <summary>
/// How the pushes of one service are handled by one group. Checked as a whole when the application starts, or when somebody subscribes.
/// </summary>
public sealed class SubscriptionOptions
{
    /// <summary>The most pushes that are handled at once in this process. Default 8.</summary>
    public int Concurrency { get; set; } = 8;

    /// <summary>The most messages that this process holds, those in hand among them; null is twice <see cref="Concurrency"/>.</summary>
    public int? Prefetch { get; set; }

    /// <summary>
    /// The most attempts, those that ended with the death of their process among them; then the message is a dead letter. Default 10.
    /// </summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>
    /// The pause before the second attempt; each further one is twice as long, up to <see cref="MaxBackoff"/>. Default 1 s.
    /// </summary>
    public TimeSpan Backoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between two attempts. Default 5 min.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The part of a pause, 0 to 1, that chance may add or take away, so that what failed together does not come again together. Default
    /// 0.2.
    /// </summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>The longest that one attempt may take; then its token is cancelled, and it has failed. Default 30 s.</summary>
    public TimeSpan HandlingTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time within which a push must be begun; null has no limit but the pusher's. Default null.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>The most messages in the queue; more pushes are refused. Null takes the transport's own bound: 10,000 in memory.</summary>
    public int? MaxMessages { get; set; }

    /// <summary>
    /// How long ids of handled messages are remembered, so that a message that was sent twice is handled once; null remembers none. Default
    /// null.
    /// </summary>
    public TimeSpan? RememberFor { get; set; }

    /// <summary>The time after which the messages of a process that died without a word go to others. Default 30 s.</summary>
    public TimeSpan LeaseTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many keys may be handled at once where the broker keeps order by dividing them. Can't be changed once the queue exists. Default
    /// 8.
    /// </summary>
    public int Partitions { get; set; } = 8;

    /// <summary>How long dead letters are kept. Default 14 days.</summary>
    public TimeSpan DeadLetterRetention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The most dead letters that are kept. Default 100,000.</summary>
    public int MaxDeadLetters { get; set; } = 100_000;

    internal int HeldAtMost => Prefetch ?? Concurrency * 2;

    internal QueuePolicy ToPolicy() => new()
    {
        MaxAttempts = MaxAttempts,
        TimeToLive = TimeToLive,
        MaxMessages = MaxMessages,
        RememberFor = RememberFor,
        LeaseTime = LeaseTime,
        Partitions = Partitions,
        DeadLetterRetention = DeadLetterRetention,
        MaxDeadLetters = MaxDeadLetters,
    };

    internal SubscriptionOptions Copy() => (SubscriptionOptions)MemberwiseClone();

    internal IEnumerable<string> Validate()
    {
        if (Concurrency is < 1 or > 10_000) yield return $"{nameof(Concurrency)} must be from 1 to 10,000; it is {Concurrency}.";
        if (Prefetch is { } prefetch && (prefetch < Concurrency || prefetch > 65_535))
        {
            yield return $"{nameof(Prefetch)} must be at least {nameof(Concurrency)} ({Concurrency}) and at most 65,535; it is {prefetch}.";
        }

        if (MaxAttempts is < 1 or > 1000) yield return $"{nameof(MaxAttempts)} must be from 1 to 1,000; it is {MaxAttempts}.";
        if (Backoff < TimeSpan.Zero || Backoff > MaxBackoff)
        {
            yield return $"{nameof(Backoff)} must be from zero to {nameof(MaxBackoff)} ({MaxBackoff}); it is {Backoff}.";
        }

        if (MaxBackoff > TimeSpan.FromDays(1)) yield return $"{nameof(MaxBackoff)} must be at most a day; it is {MaxBackoff}.";
        if (Jitter is not (>= 0 and <= 1)) yield return $"{nameof(Jitter)} must be from 0 to 1; it is {Jitter}.";
        foreach (var (name, time) in new[] { (nameof(HandlingTimeout), HandlingTimeout), (nameof(LeaseTime), LeaseTime) })
        {
            if (time <= TimeSpan.Zero || time > TimeSpan.FromDays(1))
            {
                yield return $"{name} must be above zero and at most a day; it is {time}.";
            }
        }

        foreach (var (name, time) in new[]
        {
            (nameof(TimeToLive), TimeToLive),
            (nameof(RememberFor), RememberFor),
            (nameof(DeadLetterRetention), DeadLetterRetention)
        })
        {
            if (time <= TimeSpan.Zero || time > PushOptions.MaxTime)
            {
                yield return $"{name} must be above zero and at most {PushOptions.MaxTime.Days} days; it is {time}.";
            }
        }

        if (MaxMessages < 1) yield return $"{nameof(MaxMessages)} must be at least 1; it is {MaxMessages}.";
        if (Partitions is < 1 or > 256) yield return $"{nameof(Partitions)} must be from 1 to 256; it is {Partitions}.";
        if (MaxDeadLetters < 1) yield return $"{nameof(MaxDeadLetters)} must be at least 1; it is {MaxDeadLetters}.";
    }
}
