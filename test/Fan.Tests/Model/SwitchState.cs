using System.Collections.Immutable;

namespace Fan.Tests.Model;

/// <summary>What an application's record in the store says.</summary>
/// <param name="Applied">Its newest snapshot; -1 before it knows any.</param>
/// <param name="Oldest">The oldest in use.</param>
/// <param name="Holds">The barrier at which it holds; 0 where it holds at none.</param>
/// <param name="GaveUp">The barrier that it holds at no more although that stands; 0 where there is none.</param>
internal sealed record Told(int Applied, int Oldest, int Holds, int GaveUp);

/// <summary>How far an application has come to take part.</summary>
internal enum Joining
{
    /// <summary>It has not started.</summary>
    Off,

    /// <summary>It has no record, and knows it. Of those that come back too.</summary>
    Registers,

    /// <summary>The record is there: it reads the head of the log.</summary>
    ReadsTheHead,

    /// <summary>It has read the head, and makes that its snapshot.</summary>
    Loads,

    /// <summary>It takes part.</summary>
    In,

    /// <summary>It has crashed.</summary>
    Dead,
}

/// <summary>An application: what the store has of it, and what it has in memory.</summary>
internal sealed record Application
{
    /// <summary>Whether its program is of the revision before: it gives a barrier up in its record alone.</summary>
    public bool IsOld { get; init; }

    public Joining Joining { get; init; }

    /// <summary>Its record in the store, of a session that lives there.</summary>
    public Told? Record { get; init; }

    /// <summary>A second record of the same session, of whose making it never heard; what that says it has applied.</summary>
    public Told? Orphan { get; init; }

    /// <summary>Whether the reply to the making of a record was lost.</summary>
    public bool IsDoubtful { get; init; }

    /// <summary>What it is about to write into its record.</summary>
    public Told? Writing { get; init; }

    /// <summary>The head that it has read while it joins.</summary>
    public int Read { get; init; } = -1;

    /// <summary>Its newest snapshot; -1 before it knows any.</summary>
    public int Applied { get; init; } = -1;

    /// <summary>The barrier for which it begins no root calls.</summary>
    public int Holds { get; init; }

    /// <summary>The barrier that stood too long for it.</summary>
    public int GaveUp { get; init; }

    /// <summary>The barrier that it is to raise, as its record says already that it gave that up; for a mistake that is planted.</summary>
    public int ToRaise { get; init; }

    /// <summary>Whether it has seen the barrier gone and has read the head since.</summary>
    public bool HasLooked { get; init; }

    /// <summary>The snapshot of its root call under way; -1 where there is none.</summary>
    public int Root { get; init; } = -1;

    /// <summary>Whether another application has served a call of that tree.</summary>
    public bool WasServed { get; init; }

    /// <summary>Whether the session ended while that tree was under way: it may be told that its snapshot has gone.</summary>
    public bool IsCutOff { get; init; }

    public bool Lives => Joining is not (Joining.Off or Joining.Dead);
}

/// <summary>How far a change is.</summary>
internal enum Stage
{
    Idle,
    ListsForTheBarrier,
    WaitsAtTheBarrier,
    ReadsTheHead,
    Commits,
    Lists,
    WaitsForApplied,
    WaitsForDrained,
    RemovesTheBarrier,
    Done,
    Dead,
}

/// <summary>What a committer knows of an application.</summary>
internal enum Known
{
    Nothing,
    Waiting,
    Seen,

    /// <summary>It was as wanted, and the record of an old one has changed since.</summary>
    Changed,
}

internal sealed record Committer
{
    public Stage Stage { get; init; }

    /// <summary>Changes that it still makes after this one.</summary>
    public int Left { get; init; }

    /// <summary>Its barrier.</summary>
    public int Barrier { get; init; }

    /// <summary>The head that it has read; then the commit that it has made.</summary>
    public int Number { get; init; } = -1;

    /// <summary>Times that it has asked all applications to hold.</summary>
    public int Attempts { get; init; }

    public ImmutableArray<Known> Knows { get; init; } = [];

    /// <summary>Whether a record was made since it has read who is there.</summary>
    public bool SomebodyCame { get; init; }
}

/// <summary>A state of the whole system. Numbers are of commits; 0 is the one from before.</summary>
internal sealed record SwitchState
{
    public int Head { get; init; }

    public int Settled { get; init; }

    /// <summary>The barrier that stands; 0 where none does.</summary>
    public int Barrier { get; init; }

    /// <summary>The last barrier that an application gave up: nothing is committed at it.</summary>
    public int Raised { get; init; }

    /// <summary>Barriers that were made.</summary>
    public int Barriers { get; init; }

    public int Faults { get; init; }

    /// <summary>The newest change that has returned.</summary>
    public int Returned { get; init; }

    /// <summary>The newest snapshot on which a root call has begun.</summary>
    public int Newest { get; init; }

    public ImmutableArray<Application> Applications { get; init; } = [];

    public ImmutableArray<Committer> Committers { get; init; } = [];

    public SwitchState With(int i, Application application) => this with { Applications = Applications.SetItem(i, application) };

    public SwitchState With(int i, Committer committer) => this with { Committers = Committers.SetItem(i, committer) };

    /// <summary>
    /// The record of an application, and what committers know of it: whoever has seen that of an old one so has seen what is no more.
    /// </summary>
    public SwitchState WithRecord(int i, Application application) => !application.IsOld ? With(i, application) : With(i, application) with
    {
        Committers = [.. Committers.Select(committer => committer.Stage is Stage.WaitsAtTheBarrier or Stage.ReadsTheHead or Stage.Commits
            && committer.Knows.Length > 0
            && committer.Knows[i] == Known.Seen
            ? committer with { Knows = committer.Knows.SetItem(i, Known.Changed) } : committer)],
    };

    /// <summary>As <see cref="WithRecord"/> for a record that is made: the register has another version.</summary>
    public SwitchState WithNewRecord(int i, Application application)
    {
        var made = WithRecord(i, application);
        return made with
        {
            Committers = [.. made.Committers.Select(
                committer => committer.Stage is Stage.WaitsAtTheBarrier or Stage.ReadsTheHead or Stage.Commits && committer.Barrier != 0
                    ? committer with { SomebodyCame = true }
                    : committer)],
        };
    }

    /// <summary>One text for all states that differ only in which application is which.</summary>
    public string Key()
    {
        var parts = new string[Applications.Length];
        Span<char> part = stackalloc char[32];
        for (var i = 0; i < parts.Length; i++)
        {
            var a = Applications[i];
            var length = 0;
            Put(
                part,
                ref length,
                (int)a.Joining + (a.IsOld ? 10 : 0),
                a.ToRaise,
                a.Applied,
                a.Read,
                a.Holds,
                a.GaveUp,
                a.Root,
                (a.WasServed ? 1 : 0) + (a.IsCutOff ? 2 : 0) + (a.IsDoubtful ? 4 : 0) + (a.HasLooked ? 8 : 0));
            foreach (var told in (ReadOnlySpan<Told?>)[a.Record, a.Orphan, a.Writing])
            {
                if (told is { } says) Put(part, ref length, says.Applied, says.Oldest, says.Holds, says.GaveUp);
                else Put(part, ref length, -2);
            }

            foreach (var committer in Committers) Put(part, ref length, committer.Knows.Length > 0 ? (int)committer.Knows[i] : 0);
            parts[i] = new string(part[..length]);
        }

        Array.Sort(parts, StringComparer.Ordinal);
        var all = 0;
        Put(part, ref all, Head, Settled, Barrier, Raised, Barriers, Faults, Returned, Newest);
        foreach (var committer in Committers)
        {
            Put(
                part,
                ref all,
                (int)committer.Stage + (committer.SomebodyCame ? 20 : 0),
                committer.Left,
                committer.Barrier,
                committer.Number,
                committer.Attempts);
        }
        return string.Concat(part[..all], string.Concat(parts));
    }

    private static void Put(Span<char> to, ref int length, params ReadOnlySpan<int> values)
    {
        foreach (var value in values) to[length++] = (char)(value + 2);
    }
}
