namespace Fan.Queues;

/// <summary>What becomes of a delivery. Immutable.</summary>
public sealed record QueueSettlement
{
    private const int MaxDetail = 1000;

    private QueueSettlement(QueueOutcome outcome) => Outcome = outcome;

    /// <summary>
    /// It was handled: the message is forgotten, and its id remembered where the policy says so; in one transaction, where the transport
    /// has them.
    /// </summary>
    public static QueueSettlement Done { get; } = new(QueueOutcome.Done);

    /// <summary>It was not handled, through no fault of its own: it goes back to its place, for another consumer, at once.</summary>
    public static QueueSettlement Release { get; } = new(QueueOutcome.Release);

    /// <summary>What it is.</summary>
    public QueueOutcome Outcome { get; }

    /// <summary>For <see cref="QueueOutcome.Retry"/>: the time until the next attempt.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>For <see cref="QueueOutcome.Dead"/>: one of <see cref="DeadLetterReasons"/>.</summary>
    public string? Reason { get; private init; }

    /// <summary>What went wrong, for people. At most 1,000 characters.</summary>
    public string? Detail { get; private init; }

    /// <summary>The type of the exception that it failed with.</summary>
    public string? ExceptionType { get; private init; }

    /// <summary>It failed and is to be tried again after a delay; meanwhile it holds back its key.</summary>
    public static QueueSettlement Retry(TimeSpan delay, string? detail = null, string? exceptionType = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(delay.Ticks, nameof(delay));
        return new(QueueOutcome.Retry)
        {
            Delay = delay,
            Detail = Bounded(detail, MaxDetail),
            ExceptionType = Bounded(exceptionType, ExceptionText.MaxType)
        };
    }

    /// <summary>It can't be handled: it becomes a dead letter, and its key goes on.</summary>
    public static QueueSettlement Dead(string reason, string? detail = null, string? exceptionType = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        return new(QueueOutcome.Dead)
        {
            Reason = SoundText.Of(reason),
            Detail = Bounded(detail, MaxDetail),
            ExceptionType = Bounded(exceptionType, ExceptionText.MaxType)
        };
    }

    /// <summary>It failed, for no reason that its handling tells of.</summary>
    internal static QueueSettlement RetryAtOnce(Exception error) =>
        Retry(TimeSpan.Zero, ExceptionText.MessageOf(error), ExceptionText.TypeOf(error));

    private static string? Bounded(string? text, int most) => text is null ? null : ExceptionText.Cut(text, most);
}

/// <summary>The kinds of <see cref="QueueSettlement"/>.</summary>
public enum QueueOutcome
{
    /// <summary>Handled.</summary>
    Done,

    /// <summary>Failed; another attempt later.</summary>
    Retry,

    /// <summary>Failed for good.</summary>
    Dead,

    /// <summary>Given back untouched.</summary>
    Release,
}
