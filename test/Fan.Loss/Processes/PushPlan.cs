using Fan.Loss.Faults;

namespace Fan.Loss.Processes;

/// <summary>What a handler does in an attempt.</summary>
internal enum HandlerTurn
{
    Succeed,
    Fail,
    FailWithBadText,
    Reject,
    Hang,
    TakeLong,
}

/// <summary>What becomes of a push, by its number at its producer: the same in every process.</summary>
internal sealed class PushPlan(IReadOnlySet<string> kinds)
{
    /// <summary>Of every push; those that always fail have as many.</summary>
    public const int MaxAttempts = 10;

    private const int FailsOneIn = 49;
    private const int FailsWithTextOneIn = 53;
    private const int AlwaysFailsOneIn = 307;
    private const int RejectedOneIn = 311;
    private const int HangsOneIn = 313;
    private const int TakesLongOneIn = 317;

    public bool HasTexts => kinds.Contains(FaultKind.Texts);

    /// <summary>Whether handlers must be left in time.</summary>
    public bool IsImpatient => kinds.Contains(FaultKind.Hang) || kinds.Contains(FaultKind.ConsumerTimeout);

    /// <summary>Whether a push has texts that can't be stored everywhere.</summary>
    public bool HasBadText(int number) => HasTexts && (Is(number, FailsWithTextOneIn) || AlwaysFails(number) || IsRejected(number));

    /// <summary>Whether it is to be a dead letter.</summary>
    public bool IsToDie(int number) => AlwaysFails(number) || IsRejected(number);

    public bool AlwaysFails(int number) => HasTexts && Is(number, AlwaysFailsOneIn);

    public HandlerTurn Of(int number, int attempt) =>
        IsRejected(number) ? HandlerTurn.Reject
        : AlwaysFails(number) ? HandlerTurn.FailWithBadText
        : attempt > 1 ? HandlerTurn.Succeed
        : kinds.Contains(FaultKind.Hang) && Is(number, HangsOneIn) ? HandlerTurn.Hang
        : kinds.Contains(FaultKind.ConsumerTimeout) && Is(number, TakesLongOneIn) ? HandlerTurn.TakeLong
        : HasTexts && Is(number, FailsWithTextOneIn) ? HandlerTurn.FailWithBadText
        : number % FailsOneIn == 0 ? HandlerTurn.Fail
        : HandlerTurn.Succeed;

    private bool IsRejected(int number) => HasTexts && Is(number, RejectedOneIn);

    // In the middle, so that short runs have some.
    private static bool Is(int number, int oneIn) => number % oneIn == oneIn / 2;
}
