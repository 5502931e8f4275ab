using System.Collections.Immutable;

namespace Fan.Tests.Model;

internal sealed partial class SwitchModel
{
    private IEnumerable<Step<SwitchState>> CommitterSteps(SwitchState state, int c)
    {
        var me = state.Committers[c];
        if (me.Stage == Stage.Dead)
        {
            if (me.Barrier != 0)
            {
                yield return new(
                    "has its session ended, and the barrier goes with it",
                    (state.Barrier == me.Barrier ? state with { Barrier = 0 } : state).With(c, me with { Barrier = 0 }));
            }
            yield break;
        }

        foreach (var step in Change(state, c, me)) yield return step;
        if (me.Stage is Stage.Idle or Stage.Done || state.Faults == size.Faults) yield break;
        var faulty = state with { Faults = state.Faults + 1 };
        yield return new("crashes", faulty.With(c, new Committer { Stage = Stage.Dead, Barrier = me.Barrier }), true);
        if (me.Barrier != 0 && state.Barrier == me.Barrier)
        {
            yield return new("loses its session, and the barrier goes with it", faulty with { Barrier = 0 }, true);
        }
    }

    private IEnumerable<Step<SwitchState>> Change(SwitchState state, int c, Committer me)
    {
        switch (me.Stage)
        {
            case Stage.Idle when size.Barrier:
                if (state.Barrier != 0)
                {
                    yield return new("finds another's barrier, and is refused", state.With(c, new Committer { Stage = Stage.Done }));
                    break;
                }

                var raised = state with { Barrier = state.Barriers + 1, Barriers = state.Barriers + 1 };
                yield return new(
                    $"makes barrier {raised.Barrier}",
                    raised.With(c, me with { Stage = Stage.ListsForTheBarrier, Barrier = raised.Barrier, Attempts = me.Attempts + 1 }));
                if (state.Faults < size.Faults)
                {
                    yield return new($"makes barrier {raised.Barrier}, and the reply is lost", raised.With(c, me with
                    {
                        Stage = Stage.RemovesTheBarrier,
                        Barrier = raised.Barrier,
                        Attempts = size.Attempts
                    }) with
                    { Faults = state.Faults + 1 }, true);
                }
                break;
            case Stage.Idle:
                yield return new("begins", state.With(
                    c, me with { Stage = Stage.ReadsTheHead, Knows = mistake == SwitchMistake.ForgetsWhoCame ? WhoIsThere(state) : [] }));
                break;
            case Stage.ListsForTheBarrier:
                yield return new(
                    "reads who is there", state.With(c, me with { Stage = Stage.WaitsAtTheBarrier, Knows = WhoIsThere(state) }));
                break;
            case Stage.WaitsAtTheBarrier:
                foreach (var step in Waits(state, c, me, told => told.Holds == me.Barrier, "holds", me with { Stage = Stage.ReadsTheHead }))
                {
                    yield return step;
                }
                yield return new(
                    "waits no longer, and is refused",
                    state.With(c, me with { Stage = Stage.RemovesTheBarrier, Attempts = size.Attempts, Knows = [], SomebodyCame = false }));
                break;
            case Stage.ReadsTheHead:
                yield return new(
                    $"reads the head {state.Head} and the values", state.With(c, me with { Stage = Stage.Commits, Number = state.Head }));
                break;
            case Stage.Commits:
                foreach (var step in Commits(state, c, me)) yield return step;
                break;
            case Stage.Lists when mistake == SwitchMistake.ReturnsWithoutWaiting:
                yield return new($"returns from {me.Number}", state.With(c, me with
                {
                    Stage = Stage.WaitsForDrained,
                    Knows = WhoIsThere(state)
                }) with
                { Returned = Math.Max(state.Returned, me.Number) });
                break;
            case Stage.Lists:
                yield return new("reads who is there", state.With(c, me with
                {
                    Stage = Stage.WaitsForApplied,
                    Knows = mistake == SwitchMistake.ForgetsWhoCame ? me.Knows : WhoIsThere(state)
                }));
                break;
            case Stage.WaitsForApplied:
                var returned = me with
                {
                    Stage = Stage.WaitsForDrained,
                    Knows = [.. me.Knows.Select(known => known == Known.Nothing ? known : Known.Waiting)]
                };
                foreach (var step in Waits(state, c, me, told => told.Applied >= me.Number, $"has applied {me.Number}", returned))
                {
                    yield return step;
                }
                break;
            case Stage.WaitsForDrained:
                var next = me.Left > 0 ? new Committer { Left = me.Left - 1 } : new Committer { Stage = Stage.Done };
                if (mistake == SwitchMistake.SettlesBeforeTheDrain)
                {
                    yield return new($"settles {me.Number}", state.With(c, next) with { Settled = Math.Max(state.Settled, me.Number) });
                }
                else
                {
                    foreach (var step in Waits(
                        state, c, me, told => told.Oldest >= me.Number, $"uses nothing older than {me.Number}", next))
                    {
                        yield return step;
                    }
                }
                break;
            case Stage.RemovesTheBarrier:
                var gone = state.Barrier == me.Barrier && mistake != SwitchMistake.LeavesTheBarrier ? state with { Barrier = 0 } : state;
                yield return new(
                    "takes its barrier away",
                    gone.With(c, me.Attempts < size.Attempts
                        ? new Committer { Left = me.Left, Attempts = me.Attempts }
                        : new Committer { Stage = Stage.Done }));
                break;
        }
    }

    // All operations or none.
    private IEnumerable<Step<SwitchState>> Commits(SwitchState state, int c, Committer me)
    {
        if (state.Head != me.Number && mistake != SwitchMistake.DoesNotCheckTheHead)
        {
            yield return new(
                "fails to commit, as somebody else was first", state.With(c, me with { Stage = Stage.ReadsTheHead, Number = -1 }));
            yield break;
        }

        // Of those whose giving up raises the barrier no record is checked, so there may be any number of them.
        var isPrepared = mistake == SwitchMistake.DoesNotCheckOldRecords || me.Knows.All(known => known is Known.Nothing or Known.Seen);
        isPrepared &= state.Raised != me.Barrier || mistake == SwitchMistake.DoesNotCheckWhoGaveUp;
        isPrepared &= !me.SomebodyCame || mistake == SwitchMistake.DoesNotCheckWhoCame;
        var isMine = mistake == SwitchMistake.DoesNotCheckTheBarrier ? state.Barrier != 0 : state.Barrier == me.Barrier;
        if (size.Barrier && !(isPrepared && isMine))
        {
            yield return new(
                "fails to commit, as not all is as it was at the barrier",
                state.With(c, me with { Stage = Stage.RemovesTheBarrier, Number = -1, Knows = [], SomebodyCame = false }));
            yield break;
        }

        var committed = state with { Head = me.Number + 1, Barrier = size.Barrier ? 0 : state.Barrier };
        var done = me with
        {
            Stage = Stage.Lists,
            Number = me.Number + 1,
            Barrier = 0,
            SomebodyCame = false,
            Knows = mistake == SwitchMistake.ForgetsWhoCame ? me.Knows : []
        };
        yield return new(
            $"commits {committed.Head}{(size.Barrier ? " and takes the barrier away" : "")}",
            committed.With(c, done),
            Broken: state.Head != me.Number ? $"commit {committed.Head} was made twice"
                : size.Barrier && state.Applications.Any(application => application is { Joining: Joining.In, Record: not null, Holds: 0 })
                ? $"{committed.Head} was committed while calls were not held"
                : null);
        if (state.Faults < size.Faults)
        {
            yield return new(
                $"commits {committed.Head}, and the reply is lost",
                committed.With(c, new Committer { Stage = Stage.Done }) with { Faults = state.Faults + 1 },
                true);
        }
    }

    // Each record is read for itself, at any time; whoever comes later may be noticed or not.
    private IEnumerable<Step<SwitchState>> Waits(SwitchState state, int c, Committer me, Func<Told, bool> isSo, string what, Committer then)
    {
        for (var i = 0; i < me.Knows.Length; i++)
        {
            var application = state.Applications[i];
            var (known, found) = (me.Knows[i], (application.Record, me.Knows[i]) switch
            {
                (null, _) => application.Orphan is null ? Known.Nothing : Known.Waiting,
                (_, Known.Seen) => Known.Seen,
                ({ } told, _) => isSo(told) && (application.Orphan is not { } orphan || isSo(orphan)) ? Known.Seen : Known.Waiting,
            });
            if (found == known) continue;
            yield return new(
                $"sees that {(char)('A' + i)} {(found == Known.Seen ? what : found == Known.Nothing ? "has gone" : "is to be waited for")}",
                state.With(c, me with { Knows = me.Knows.SetItem(i, found) }));
        }

        if (!me.Knows.All(known => known is Known.Nothing or Known.Seen)) yield break;
        var (after, name) = me.Stage switch
        {
            Stage.WaitsForApplied => (state with { Returned = Math.Max(state.Returned, me.Number) }, $"returns from {me.Number}"),
            Stage.WaitsForDrained => (state with { Settled = Math.Max(state.Settled, me.Number) }, $"settles {me.Number}"),
            _ => (state, "has seen all hold"),
        };
        yield return new(name, after.With(c, then));
    }

    private static ImmutableArray<Known> WhoIsThere(SwitchState state) =>
        [.. state.Applications.Select(
            application => application.Record is null && application.Orphan is null ? Known.Nothing : Known.Waiting)];
}
