namespace Fan.Tests.Model;

/// <summary>How a model departs from the protocol of a change. Each must be found.</summary>
internal enum SwitchMistake
{
    None,

    /// <summary>An application writes that it has applied a commit before it exchanges the snapshot.</summary>
    TellsBeforeItApplies,

    /// <summary>An application reads the head before it makes its record.</summary>
    ReadsBeforeItRegisters,

    /// <summary>
    /// An application whose session had ended makes its record again, and begins calls before it has read the head again.
    /// </summary>
    GoesOnWhenItComesBack,

    /// <summary>An application whose record was made without its knowledge makes a second one.</summary>
    RegistersTwice,

    /// <summary>An application tells its newest snapshot as the oldest in use.</summary>
    ForgetsCallsUnderWay,

    /// <summary>The second application of a tree reads its own newest snapshot.</summary>
    DropsTheNumber,

    /// <summary>Calls go on when the barrier has gone, without a look at the head.</summary>
    ReleasesBeforeItLooks,

    /// <summary>An application that has held too long lets calls go on before its record says that it holds no more.</summary>
    GivesUpBeforeItSays,

    /// <summary>
    /// An application that has held too long writes that it holds no more and lets calls go on, without a look at the head between.
    /// </summary>
    GivesUpWithoutALook,

    /// <summary>The committer waits for those whom it knew before the commit.</summary>
    ForgetsWhoCame,

    /// <summary>The committer returns when it has committed.</summary>
    ReturnsWithoutWaiting,

    /// <summary>An application that has held too long writes that it holds no more, and leaves the barrier as it was.</summary>
    GivesUpWithoutRaising,

    /// <summary>
    /// An application that has held too long raises the barrier after its record says so, and lets calls go on without waiting for that.
    /// </summary>
    LetsGoBeforeItRaises,

    /// <summary>The committer commits at the barrier without a check that nobody gave it up.</summary>
    DoesNotCheckWhoGaveUp,

    /// <summary>
    /// The committer commits at the barrier without a check that the records of programs of the revision before are as it has seen them.
    /// </summary>
    DoesNotCheckOldRecords,

    /// <summary>The committer commits at the barrier without a check that nobody has come.</summary>
    DoesNotCheckWhoCame,

    /// <summary>The committer takes any barrier that stands for its own.</summary>
    DoesNotCheckTheBarrier,

    /// <summary>The committer writes the head at whatever version it is.</summary>
    DoesNotCheckTheHead,

    /// <summary>The committer settles when all have applied.</summary>
    SettlesBeforeTheDrain,

    /// <summary>A committer that could not commit leaves the barrier where it is.</summary>
    LeavesTheBarrier,
}

/// <summary>How much of everything there is.</summary>
/// <param name="Applications">Applications, which start at any time.</param>
/// <param name="Committers">Committers, which begin at any time.</param>
/// <param name="Commits">Changes that each of them makes.</param>
/// <param name="Faults">Crashes, lost sessions and lost replies, at any step.</param>
/// <param name="Attempts">
/// How often a committer asks all applications to hold at a barrier before it is refused; 0 where changes need none.
/// </param>
/// <param name="Old">How many of the applications are programs of the revision before, whose records are checked.</param>
internal sealed record SwitchSize(int Applications, int Committers, int Commits, int Faults, int Attempts = 0, int Old = 0)
{
    public bool Barrier => Attempts > 0;
}
