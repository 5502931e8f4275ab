namespace Fan.Tests.Model;

/// <summary>
/// The protocol of a change as docs/switching.md has it: applications that start, make their record, follow the log, hold at barriers and
/// begin call trees of two hops; committers. What is one step here is one operation of the store or one write to memory there, and
/// any process may take the next one: one that is paused, or cut off from the store, is one that takes none for long.
/// </summary>
internal sealed partial class SwitchModel(SwitchSize size, SwitchMistake mistake) : IModel<SwitchState>
{
    public SwitchState Initial => new()
    {
        Applications = [.. Enumerable.Range(0, size.Applications).Select(i => new Application { IsOld = i < size.Old })],
        Committers = [.. Enumerable.Repeat(new Committer { Left = size.Commits - 1 }, size.Committers)],
    };

    public IEnumerable<Step<SwitchState>> Next(SwitchState state)
    {
        for (var i = 0; i < state.Applications.Length; i++)
        {
            foreach (var step in ApplicationSteps(state, i)) yield return step with { Name = $"application {(char)('A' + i)} {step.Name}" };
        }

        for (var i = 0; i < state.Committers.Length; i++)
        {
            foreach (var step in CommitterSteps(state, i)) yield return step with { Name = $"committer {i + 1} {step.Name}" };
        }
    }

    public string? Broken(SwitchState state)
    {
        foreach (var application in state.Applications)
        {
            if (application.Root >= 0 && application.Root < state.Settled && !application.IsCutOff)
            {
                return $"a tree of {application.Root} is under way and {state.Settled} is settled";
            }
        }

        return null;
    }

    public bool IsEnd(SwitchState state) =>
        state.Barrier == 0
        && state.Committers.All(committer => committer.Stage is Stage.Done or Stage.Dead)
        && state.Applications.All(application => application.Orphan is null && (application.Joining == Joining.Dead
            ? application.Record is null
            : application is { Joining: Joining.In, Holds: 0, Root: < 0, Writing: null }
                && application.Applied == state.Head
                && application.Record == Describe(state, application)));

    public string KeyOf(SwitchState state) => state.Key();

    private IEnumerable<Step<SwitchState>> ApplicationSteps(SwitchState state, int i)
    {
        var me = state.Applications[i];
        if (me.Joining == Joining.Dead)
        {
            if (me.Record is not null || me.Orphan is not null)
            {
                yield return new("has its session ended", state.WithRecord(i, me with { Record = null, Orphan = null }));
            }
            yield break;
        }

        foreach (var step in me.Joining == Joining.In ? TakingPart(state, i, me) : Joins(state, i, me)) yield return step;
        foreach (var step in Tells(state, i, me)) yield return step;
        if (!me.Lives || state.Faults == size.Faults) yield break;

        var faulty = state with { Faults = state.Faults + 1 };
        yield return new(
            "crashes",
            faulty.With(i, new Application { IsOld = me.IsOld, Joining = Joining.Dead, Record = me.Record, Orphan = me.Orphan }),
            true);
        if (me.Record is not null)
        {
            yield return new(
                "loses its session",
                faulty.WithRecord(i, me with { Record = null, Orphan = null, Writing = null, IsCutOff = me.Root >= 0 }),
                true);
        }
    }

    // First the record, then the head: whoever does not see the record has made the commit that is found by the look after it.
    private IEnumerable<Step<SwitchState>> Joins(SwitchState state, int i, Application me)
    {
        if (me.Joining > Joining.Registers && me.Record is null && mistake != SwitchMistake.ReadsBeforeItRegisters)
        {
            yield return new("learns that its session has ended", state.With(i, me with { Joining = Joining.Registers }));
            yield break;
        }

        switch (me.Joining)
        {
            case Joining.Off:
                yield return new("starts", state.With(
                    i, me with { Joining = mistake == SwitchMistake.ReadsBeforeItRegisters ? Joining.ReadsTheHead : Joining.Registers }));
                break;
            case Joining.Registers:
                if (me is { IsDoubtful: true, Record: not null } && mistake != SwitchMistake.RegistersTwice)
                {
                    yield return new("finds its record", state.With(i, me with { Joining = Joining.ReadsTheHead, IsDoubtful = false }));
                    break;
                }

                var made = me with
                {
                    Joining = Joining.ReadsTheHead,
                    Record = Describe(state, me),
                    Orphan = me.IsDoubtful ? me.Record : null,
                    IsDoubtful = false
                };
                if (mistake == SwitchMistake.ReadsBeforeItRegisters || (mistake == SwitchMistake.GoesOnWhenItComesBack && me.Applied >= 0))
                {
                    made = made with { Joining = Joining.In };
                }
                yield return new("makes its record", state.WithNewRecord(i, made));
                if (state.Faults < size.Faults && !me.IsDoubtful)
                {
                    yield return new("makes its record, and the reply is lost", state.WithNewRecord(
                        i, me with { Record = Describe(state, me), IsDoubtful = true }) with
                    { Faults = state.Faults + 1 }, true);
                }
                break;
            case Joining.ReadsTheHead:
                yield return new($"reads the head {state.Head}", state.With(i, me with { Joining = Joining.Loads, Read = state.Head }));
                break;
            case Joining.Loads:
                yield return new($"takes {me.Read} for its snapshot", state.With(i, me with
                {
                    Joining = mistake == SwitchMistake.ReadsBeforeItRegisters && me.Record is null ? Joining.Registers : Joining.In,
                    Applied = Math.Max(me.Applied, me.Read),
                    Read = -1,
                }));
                break;
        }
    }

    private IEnumerable<Step<SwitchState>> TakingPart(SwitchState state, int i, Application me)
    {
        if (me.Record is null)
        {
            yield return new("learns that its session has ended", state.With(i, me with { Joining = Joining.Registers }));
        }
        if (me.Applied < state.Head) yield return new($"applies {me.Applied + 1}", state.With(i, me with { Applied = me.Applied + 1 }));

        if (state.Barrier != 0 && state.Barrier != me.Holds && state.Barrier != me.GaveUp)
            yield return new($"holds at barrier {state.Barrier}", state.With(i, me with { Holds = state.Barrier, HasLooked = false }));
        if (me.Holds != 0 && state.Barrier == 0 && !me.HasLooked)
        {
            yield return mistake == SwitchMistake.ReleasesBeforeItLooks
                ? new("sees the barrier gone and lets calls go on", state.With(i, me with { Holds = 0 }))
                : new(
                    $"sees the barrier gone, and reads and applies {state.Head}",
                    state.With(i, me with { Applied = state.Head, HasLooked = true }));
        }

        if (me.HasLooked)
        {
            yield return new(
                "lets calls go on",
                state.With(i, me with { Holds = 0, HasLooked = false, GaveUp = state.Barrier == me.GaveUp ? me.GaveUp : 0 }));
        }
        if (me.Holds != 0 && me.GaveUp != me.Holds)
        {
            yield return new(
                "gives up holding",
                state.With(i, me with { GaveUp = me.Holds, Holds = mistake == SwitchMistake.GivesUpBeforeItSays ? 0 : me.Holds }));
        }
        if (me.Holds != 0 && me.GaveUp == me.Holds && me is { Writing: null, Record: null or { Holds: 0 }, HasLooked: false })
        {
            // The commit may have come before the record said so.
            yield return new($"reads and applies {state.Head}, as its record says that it holds no more", state.With(
                i, me with { Applied = mistake == SwitchMistake.GivesUpWithoutALook ? me.Applied : state.Head, HasLooked = true }));
        }

        foreach (var step in Calls(state, i, me)) yield return step;
    }

    private IEnumerable<Step<SwitchState>> Calls(SwitchState state, int i, Application me)
    {
        if (me is { Root: < 0, Holds: 0 })
        {
            // Of one that has no record nothing is promised: its session has ended, and it was not waited for.
            var counts = me.Record is not null;
            yield return new(
                $"begins a root call on {me.Applied}",
                state.With(i, me with { Root = me.Applied, WasServed = size.Applications == 1 || size.Barrier, IsCutOff = !counts }) with
                {
                    Newest = size.Barrier && counts ? Math.Max(state.Newest, me.Applied) : 0
                },
                Broken: !counts ? null
                    : me.Applied < state.Returned ? $"a root call began on {me.Applied} after {state.Returned} had returned"
                    : me.Applied < state.Newest ? $"a root call began on {me.Applied} when another had begun on {state.Newest}" : null);
        }

        if (me.Root >= 0) yield return new("ends its root call", state.With(i, me with { Root = -1, WasServed = false, IsCutOff = false }));

        // What it does not have yet it applies first, which is a step of its own.
        for (var j = 0; j < state.Applications.Length; j++)
        {
            var other = state.Applications[j];
            if (j == i || other.Root < 0 || other.WasServed || (me.Applied < other.Root && mistake != SwitchMistake.DropsTheNumber))
            {
                continue;
            }
            var read = mistake == SwitchMistake.DropsTheNumber ? me.Applied : other.Root;
            yield return new(
                $"serves a call of {(char)('A' + j)}",
                state.With(j, other with { WasServed = true }),
                Broken: read == other.Root ? null : $"a tree of {other.Root} met {read}");
        }
    }

    private IEnumerable<Step<SwitchState>> Tells(SwitchState state, int i, Application me)
    {
        if (me.Joining <= Joining.Registers) yield break;
        if (me.ToRaise != 0) yield return new($"raises barrier {me.ToRaise}", Raised(state, me.ToRaise).With(i, me with { ToRaise = 0 }));
        if (me.Writing is { } told)
        {
            yield return Writes(state, i, me, told);
        }
        else if (me.Record is not null && me.Record != Describe(state, me))
        {
            yield return new("looks at what its record is to say", state.With(i, me with { Writing = Describe(state, me) }));
        }
    }

    // With the record of one that gave up the barrier is raised, in one multi: whoever commits at it fails from then on, without a look at
    // any record.
    private Step<SwitchState> Writes(SwitchState state, int i, Application me, Told told)
    {
        var name =
            $"writes that it has applied {told.Applied}, uses " +
            $"{told.Oldest}{(told.Holds != 0 ? $" and holds at {told.Holds}" : told.GaveUp != 0 ? $" and gave up {told.GaveUp}" : "")}";
        if (me.Record is null) return new(name, state.With(i, me with { Writing = null }));
        var raises = !me.IsOld && told.GaveUp != 0 && mistake != SwitchMistake.GivesUpWithoutRaising;
        var later = raises && mistake == SwitchMistake.LetsGoBeforeItRaises;
        var written = state.WithRecord(i, me with { Record = told, Writing = null, ToRaise = later ? told.GaveUp : 0 });
        return new(name, raises && !later ? Raised(written, told.GaveUp) : written);
    }

    private static SwitchState Raised(SwitchState state, int barrier) => state.Barrier == barrier ? state with { Raised = barrier } : state;

    private Told Describe(SwitchState state, Application me) => new(
        mistake == SwitchMistake.TellsBeforeItApplies && me.Applied >= 0 ? Math.Min(me.Applied + 1, state.Head) : me.Applied,
        me.Root >= 0 && mistake != SwitchMistake.ForgetsCallsUnderWay ? Math.Min(me.Root, me.Applied) : me.Applied,
        me.GaveUp == me.Holds ? 0 : me.Holds,
        me.GaveUp == me.Holds ? me.GaveUp : 0);
}
