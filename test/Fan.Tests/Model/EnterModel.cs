using System.Collections.Immutable;

namespace Fan.Tests.Model;

/// <summary>How a model departs from the way in which root calls enter and leave snapshots. Each must be found.</summary>
internal enum EnterMistake
{
    None,

    /// <summary>A root call does not look again whether its snapshot is still the newest once it is counted.</summary>
    DoesNotLookAgain,

    /// <summary>Who asks for the oldest in use reads the newest after it has looked at the older ones.</summary>
    ReadsTheNewestLast,

    /// <summary>Entries are summed before exits.</summary>
    SumsEntriesFirst,

    /// <summary>The newest is exchanged before the one before it is among the older ones.</summary>
    ExchangesBeforeItKeeps,
}

/// <summary>
/// How root calls enter and leave snapshots within one application, a step for each read or write of memory: calls count themselves in a
/// cell of the processor that they are on, and leave on any; snapshots are exchanged; and somebody asks what the oldest in use is, and by
/// it settles.
/// </summary>
internal sealed class EnterModel(int calls, int commits, EnterMistake mistake) : IModel<EnterModel.State>
{
    private const int Cells = 2;

    public State Initial => new()
    {
        Calls = [.. Enumerable.Repeat(new Call(Place.Outside, -1), calls)],
        Counts = [.. Enumerable.Repeat(0, (commits + 1) * Cells * 2)],
    };

    public IEnumerable<Step<State>> Next(State state)
    {
        for (var i = 0; i < state.Calls.Length; i++)
        {
            foreach (var step in CallSteps(state, i, state.Calls[i])) yield return step with { Name = $"call {i + 1} {step.Name}" };
        }

        if (state.Newest < commits || state.Kept != state.Newest)
        {
            var keeps = mistake == EnterMistake.ExchangesBeforeItKeeps ? state.Kept < state.Newest : state.Kept == state.Newest;
            yield return keeps
                ? new($"{state.Kept} is kept among the older ones", state with { Kept = state.Kept + 1 })
                : new($"{state.Newest + 1} is the newest", state with { Newest = state.Newest + 1 });
        }

        foreach (var step in Asks(state)) yield return step;
    }

    public string? Broken(State state) =>
        state.Calls.FirstOrDefault(call => call.Place == Place.Inside && call.Snapshot < state.Settled) is { } late
            ? $"a call reads {late.Snapshot} and {state.Settled} is settled"
            : null;

    public bool IsEnd(State state) => state.Settled == commits && state.Calls.All(call => call.Place == Place.Gone);

    public string KeyOf(State state) =>
        string.Create(
            null,
            $"{state.Newest} {state.Kept} {state.Settled} {state.Asked} {state.Of} {state.Sum} {state.Read} " +
            $"{string.Join(',', state.Counts)} " +
            $"{string.Join(',', state.Calls.Select(call => $"{(int)call.Place}.{call.Snapshot}").Order(StringComparer.Ordinal))}");

    private IEnumerable<Step<State>> CallSteps(State state, int i, Call me)
    {
        switch (me.Place)
        {
            case Place.Outside:
                yield return new($"reads that {state.Newest} is the newest", state.With(i, new Call(Place.HasRead, state.Newest)));
                break;
            case Place.HasRead:
                yield return new(
                    $"counts itself into {me.Snapshot}",
                    state.Counted(me.Snapshot, i % Cells, 0).With(i, me with { Place = Place.Counted }));
                break;
            case Place.Counted:
                yield return me.Snapshot == state.Newest || mistake == EnterMistake.DoesNotLookAgain
                    ? new("is inside", state.With(i, me with { Place = Place.Inside }))
                    : new("sees that it is not the newest", state.With(i, me with { Place = Place.GoesBack }));
                break;
            default:
                if (me.Place == Place.Gone) break;
                for (var cell = 0; cell < Cells; cell++)
                {
                    yield return new($"leaves {me.Snapshot} by cell {cell}", state.Counted(me.Snapshot, cell, 1).With(
                        i, me.Place == Place.GoesBack ? new Call(Place.Outside, -1) : new Call(Place.Gone, -1)));
                }
                break;
        }
    }

    // Asked is the place in the question: the newest is read, then for each older one its cells one by one.
    private IEnumerable<Step<State>> Asks(State state)
    {
        if (state.Asked < 0)
        {
            if (state.Settled < commits)
            {
                yield return new($"asks, and reads that {state.Newest} is the newest", state with { Asked = 0, Read = state.Newest });
            }
            yield break;
        }

        if (state.Asked == 0)
        {
            yield return new(
                $"reads that those before {state.Kept} are the older ones", state with { Asked = 1, Of = state.Kept, Sum = 0 });
            yield break;
        }

        var at = state.Asked - 1;
        var (snapshot, part) = (at / (Cells * 2), at % (Cells * 2));
        if (snapshot >= state.Of)
        {
            var oldest = mistake == EnterMistake.ReadsTheNewestLast ? state.Newest : state.Read;
            yield return new($"{oldest} is the oldest in use", state.Answered(oldest));
            yield break;
        }

        var isExit = part < Cells != (mistake == EnterMistake.SumsEntriesFirst);
        var sum = state.Sum + ((isExit ? -1 : 1) * state.Counts[Index(snapshot, part % Cells, isExit ? 1 : 0)]);
        var name = $"reads the {(isExit ? "exits" : "entries")} of {snapshot} in cell {part % Cells}";
        yield return part < (Cells * 2) - 1 ? new(name, state with { Asked = state.Asked + 1, Sum = sum })
            : sum == 0 ? new(name, state with { Asked = state.Asked + 1, Sum = 0 })
            : new($"{name}: {snapshot} is the oldest in use", state.Answered(snapshot));
    }

    private static int Index(int snapshot, int cell, int kind) => (((snapshot * Cells) + cell) * 2) + kind;

    internal enum Place
    {
        Outside,
        HasRead,
        Counted,
        Inside,
        GoesBack,
        Gone,
    }

    internal sealed record Call(Place Place, int Snapshot);

    internal sealed record State
    {
        public int Newest { get; init; }

        /// <summary>The snapshots below are among the older ones.</summary>
        public int Kept { get; init; }

        public int Settled { get; init; }

        public int Asked { get; init; } = -1;

        public int Read { get; init; }

        public int Of { get; init; }

        public int Sum { get; init; }

        public ImmutableArray<int> Counts { get; init; } = [];

        public ImmutableArray<Call> Calls { get; init; } = [];

        public State With(int i, Call call) => this with { Calls = Calls.SetItem(i, call) };

        public State Counted(int snapshot, int cell, int kind) =>
            this with { Counts = Counts.SetItem(Index(snapshot, cell, kind), Counts[Index(snapshot, cell, kind)] + 1) };

        public State Answered(int oldest) => this with { Asked = -1, Read = 0, Of = 0, Sum = 0, Settled = Math.Max(Settled, oldest) };
    }
}
