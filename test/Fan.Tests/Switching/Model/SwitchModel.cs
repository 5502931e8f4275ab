using System.Collections.Immutable;

namespace Fan.Tests.Switching.Model;

/// <summary>How the model departs from the protocol; each must be found.</summary>
internal enum Planted
{
    Nothing,

    /// <summary>An application tells that it has applied a commit before it has.</summary>
    TellsBeforeItApplies,

    /// <summary>The committer waits for those only whom it knew before the commit.</summary>
    ForgetsWhoCame,

    /// <summary>An application reads the log before it is in the register.</summary>
    ReadsBeforeItRegisters,

    /// <summary>An application tells its newest snapshot as the oldest in use.</summary>
    ForgetsCallsUnderWay,

    /// <summary>The second application of a tree reads its own newest snapshot.</summary>
    DropsTheNumber,

    /// <summary>Calls go on when the barrier has gone, without a look at the log.</summary>
    ReleasesBeforeItLooks,

    /// <summary>The committer commits before everybody holds.</summary>
    DoesNotWaitAtTheBarrier,
}

/// <summary>
/// The protocol of a change in small: applications that register, follow the log and make call trees of two hops; a committer
/// that commits, waits until all have applied, returns, waits until all have drained, and settles; with crashes of either, pauses
/// past the session, and a barrier. Every step of it is one step that the real thing does at once.
/// </summary>
internal sealed class SwitchModel(int applications, int commits, bool barrier, Planted planted)
{
    private const int MaxPauses = 1;

    public State Initial => new(
        0, 0, new Committer(Phase.Idle, 0, []),
        [.. Enumerable.Repeat(new Application(false, 0, 0, 0, 0, 0, false, false), applications)],
        0, []);

    public IEnumerable<(string, State)> Next(State state)
    {
        for (var i = 0; i < state.Applications.Length; i++)
        {
            foreach (var (step, application, calls) in Steps(state, i))
            {
                yield return ($"{(char)('A' + i)} {step}", state with
                {
                    Applications = state.Applications.SetItem(i, application),
                    Calls = calls ?? state.Calls,
                    Newest = (calls ?? []).Where(call => !call.CutOff).Select(call => call.Snapshot).Append(state.Newest).Max(),
                    Pauses = state.Pauses + (application.Paused && !state.Applications[i].Paused ? 1 : 0),
                });
            }
        }

        foreach (var found in CommitterSteps(state)) yield return found;
    }

    /// <summary>What a state breaks.</summary>
    public string? Broken(State state)
    {
        foreach (var call in state.Calls)
        {
            // Of an application that was cut off from the store nothing is promised.
            if (call.Snapshot < call.ReturnedBefore && !call.CutOff) return $"a root call began on {call.Snapshot} after {call.ReturnedBefore} had returned";
            if (call.SecondRead >= 0 && call.SecondRead != call.Snapshot) return $"a tree of {call.Snapshot} met {call.SecondRead}";
            if (call.IsOpen && !call.CutOff && call.Snapshot < state.Settled) return $"a tree of {call.Snapshot} is under way and {state.Settled} is settled";
        }

        if (!barrier) return null;
        // With a barrier nobody begins on the old side once somebody has begun on the new one.
        foreach (var late in state.Calls)
        {
            if (!late.CutOff && late.Snapshot < late.NewestBefore) return $"a root call began on {late.Snapshot} when another had begun on {late.NewestBefore}";
        }

        return null;
    }

    private IEnumerable<(string, Application, ImmutableArray<Call>?)> Steps(State state, int i)
    {
        var me = state.Applications[i];
        if (me.Paused)
        {
            // Its call trees may find their snapshot gone, and say so; they never meet another one.
            if (me.InRegister) yield return ("loses its session", me with { InRegister = false, CutOff = true }, [.. state.Calls.Select(call => call.From == i ? call with { CutOff = true } : call)]);
            yield return ("wakes", me with { Paused = false }, null);
            yield break;
        }

        if (!me.Runs)
        {
            if (planted == Planted.ReadsBeforeItRegisters)
            {
                if (me.Read == 0) yield return ("reads the log", me with { Read = state.Head + 1 }, null);
                if (me.Read > 0) yield return ("registers", me with { InRegister = true, Runs = true, Applied = me.Read - 1, Told = me.Read - 1, ToldOldest = me.Read - 1 }, null);
                yield break;
            }

            if (!me.InRegister) yield return ("registers", me with { InRegister = true, Told = -1, ToldOldest = -1 }, null);
            else yield return ("reads the log", me with { Runs = true, Applied = state.Head }, null);
            yield break;
        }

        // A session that was lost is replaced: in the register again, and only then is the log read.
        if (!me.InRegister)
        {
            yield return ("registers again", me with { InRegister = true, Told = me.Applied, ToldOldest = Oldest(state, i, me), ToldHolds = me.Holds }, null);
        }
        else
        {
            if (me.Applied < state.Head) yield return ("applies", me with { Applied = me.Applied + 1, CutOff = me.CutOff && me.Applied + 1 < state.Head }, null);
            else if (me.CutOff) yield return ("has caught up", me with { CutOff = false }, null);
            if (planted == Planted.TellsBeforeItApplies && me.Told < state.Head) yield return ("tells", me with { Told = state.Head, ToldOldest = Oldest(state, i, me) }, null);
            var oldest = planted == Planted.ForgetsCallsUnderWay ? me.Applied : Oldest(state, i, me);
            if (me.Told < me.Applied || me.ToldOldest != oldest || me.ToldHolds != me.Holds) yield return ("tells", me with { Told = Math.Max(me.Told, me.Applied), ToldOldest = oldest, ToldHolds = me.Holds }, null);
            if (state.Barrier > 0 && me.Holds != state.Barrier) yield return ("holds", me with { Holds = state.Barrier }, null);
            if (state.Barrier == 0 && me.Holds > 0 && (me.Applied == state.Head || planted == Planted.ReleasesBeforeItLooks)) yield return ("releases", me with { Holds = 0 }, null);
        }

        if (me.Holds == 0 && !state.Calls.Any(call => call.From == i))
        {
            yield return ("begins a call", me, state.Calls.Add(new Call(i, me.Applied, state.Committer.Returned, state.Newest, -1, true, me.CutOff || !me.InRegister)));
        }

        for (var c = 0; c < state.Calls.Length; c++)
        {
            var call = state.Calls[c];
            if (!call.IsOpen) continue;
            if (call.From == i)
            {
                if (call.SecondRead >= 0) yield return ("ends a call", me, state.Calls.SetItem(c, Call.Done(i)));
            }
            else if (call.SecondRead < 0 && (me.Applied >= call.Snapshot || planted == Planted.DropsTheNumber))
            {
                // Behind the call's snapshot it catches up first; that is a step of its own above.
                yield return ("serves a call", me, state.Calls.SetItem(c, call with { SecondRead = planted == Planted.DropsTheNumber ? me.Applied : call.Snapshot }));
            }
        }

        if (state.Pauses < MaxPauses && state.Head > 0) yield return ("is paused", me with { Paused = true }, null);
    }

    private static int Oldest(State state, int i, Application me) =>
        state.Calls.Where(call => call.From == i && call.IsOpen).Select(call => call.Snapshot).Append(me.Applied).Min();

    private IEnumerable<(string, State)> CommitterSteps(State state)
    {
        var committer = state.Committer;
        var alive = state.Applications.Where(application => application.InRegister).ToList();
        switch (committer.Phase)
        {
            case Phase.Idle when state.Head < commits:
                if (barrier) yield return ("raise the barrier", state with { Barrier = state.Head + 1, Committer = committer with { Phase = Phase.Preparing } });
                else yield return ("commit", Committed(state));
                break;
            case Phase.Preparing:
                if (alive.All(application => application.ToldHolds == state.Barrier) || planted == Planted.DoesNotWaitAtTheBarrier) yield return ("commit and lower the barrier", Committed(state));
                yield return ("the committer dies", state with { Barrier = 0, Committer = committer with { Phase = Phase.Dead } });
                break;
            case Phase.Applying:
                var waited = planted == Planted.ForgetsWhoCame ? [.. committer.Known.Select(known => state.Applications[known]).Where(application => application.InRegister)] : alive;
                if (waited.All(application => application.Told >= state.Head)) yield return ("return", state with { Committer = committer with { Phase = Phase.Draining, Returned = state.Head } });
                yield return ("the committer dies", state with { Committer = committer with { Phase = Phase.Dead } });
                break;
            case Phase.Draining:
                if (alive.All(application => application.ToldOldest >= state.Head)) yield return ("settle", state with { Settled = state.Head, Committer = committer with { Phase = Phase.Idle, Known = [] } });
                break;
        }
    }

    private static State Committed(State state) => state with
    {
        Head = state.Head + 1,
        Barrier = 0,
        Committer = state.Committer with { Phase = Phase.Applying, Known = [.. Enumerable.Range(0, state.Applications.Length).Where(i => state.Applications[i].InRegister && state.Applications[i].Told >= 0)] },
    };

    internal enum Phase
    {
        Idle,
        Preparing,
        Applying,
        Draining,
        Dead,
    }

    /// <param name="InRegister">Whether it has a session and a record.</param>
    /// <param name="Applied">Its newest snapshot.</param>
    /// <param name="Told">What its record says of that; -1 before it knew any.</param>
    /// <param name="ToldOldest">What its record says is its oldest in use.</param>
    /// <param name="Holds">The barrier for which it begins no root calls; 0 where it does.</param>
    /// <param name="ToldHolds">What its record says of that.</param>
    /// <param name="Runs">Whether it has read the log.</param>
    /// <param name="Paused">Whether it is paused.</param>
    /// <param name="CutOff">Whether it lost its session and has not caught up since.</param>
    /// <param name="Read">What it read before it registered, and one more; for the planted mistake.</param>
    internal sealed record Application(bool InRegister, int Applied, int Told, int ToldOldest, int Holds, int ToldHolds, bool Runs, bool Paused, bool CutOff = false, int Read = 0);

    internal sealed record Committer(Phase Phase, int Returned, ImmutableArray<int> Known);

    /// <param name="From">Who began it.</param>
    /// <param name="Snapshot">What it reads.</param>
    /// <param name="ReturnedBefore">The newest change that had returned when it began.</param>
    /// <param name="NewestBefore">The newest snapshot on which a root call had begun before.</param>
    /// <param name="SecondRead">What its second hop read; -1 before.</param>
    /// <param name="IsOpen">Whether it is under way.</param>
    /// <param name="CutOff">Whether it began in an application without a session.</param>
    internal sealed record Call(int From, int Snapshot, int ReturnedBefore, int NewestBefore, int SecondRead, bool IsOpen, bool CutOff)
    {
        /// <summary>One that has ended: what it met was looked at when it did, and makes no difference any more.</summary>
        public static Call Done(int from) => new(from, 0, 0, 0, 0, false, true);
    }

    internal sealed record State(int Head, int Barrier, Committer Committer, ImmutableArray<Application> Applications, int Settled, ImmutableArray<Call> Calls, int Newest = 0, int Pauses = 0) : IModelState
    {
        public string Key => string.Join('|',
            $"{Head} {Barrier} {Settled} {Newest} {Pauses} {Committer.Phase} {Committer.Returned} {string.Join(',', Committer.Known)}",
            string.Join(';', Applications.Select(a => $"{a.InRegister} {a.Applied} {a.Told} {a.ToldOldest} {a.Holds} {a.ToldHolds} {a.Runs} {a.Paused} {a.CutOff} {a.Read}")),
            string.Join(';', Calls.Select(c => $"{c.From} {c.Snapshot} {c.ReturnedBefore} {c.NewestBefore} {c.SecondRead} {c.IsOpen} {c.CutOff}").Order(StringComparer.Ordinal)));
    }
}
