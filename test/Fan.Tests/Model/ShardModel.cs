using System.Collections.Immutable;

namespace Fan.Tests.Model;

/// <summary>How a model departs from the way in which a shard goes from owner to owner. Each must be found.</summary>
internal enum ShardMistake
{
    None,

    /// <summary>A worker serves without a look at its lease.</summary>
    DoesNotLookAtTheLease,

    /// <summary>A worker looks whether the lock is of its session before it looks at its lease: that may be of the next session.</summary>
    LooksAtTheSessionFirst,

    /// <summary>A worker lets the lock go while it serves a call.</summary>
    GivesUpWithCallsInHand,

    /// <summary>A worker deletes whatever lock is there when its own has gone with its session.</summary>
    DeletesWhateverIsThere,

    /// <summary>The new owner serves when it is to own the shard, and not when it has the lock.</summary>
    ServesBeforeItHasTheLock,

    /// <summary>The store ends a session before the lease of its holder has run out.</summary>
    EndsSessionsEarly,

    /// <summary>A worker that never heard that it has made the lock forgets about it when it is not to own the shard any more.</summary>
    ForgetsALockInDoubt,

    /// <summary>What a call writes to does not look at its token.</summary>
    WritesWithoutAToken,
}

/// <summary>
/// A shard, the workers that may own it, and something that its calls write to. A pause is a worker that takes no step while its lease runs
/// out and its session ends.
/// </summary>
internal sealed class ShardModel(int workers, int moves, int faults, ShardMistake mistake) : IModel<ShardModel.State>
{
    public State Initial =>
        new() { Sessions = workers, Workers = [.. Enumerable.Range(1, workers).Select(session => new Worker { Session = session })] };

    public IEnumerable<Step<State>> Next(State state)
    {
        for (var i = 0; i < workers; i++)
        {
            foreach (var step in Sessions(state, i, state.Workers[i]).Concat(Owns(state, i, state.Workers[i]))
                .Concat(Serves(state, i, state.Workers[i])))
                yield return step with { Name = $"worker {(char)('A' + i)} {step.Name}" };
            if (state.Moves < moves && state.Assigned != i)
            {
                yield return new($"the shard is moved to {(char)('A' + i)}", state with { Assigned = i, Moves = state.Moves + 1 });
            }
        }
    }

    public string? Broken(State state) =>
        state.Workers.Count(worker => worker.Place == Place.Serves
            && worker is { HasLease: true, IsEnded: false }
            && worker.Session == worker.CallSession) > 1
            ? "two workers serve the shard, both within their lease" : null;

    public bool IsEnd(State state) => state.Workers.Select((worker, i) => (worker, i))
        .All(at => at.worker is { Place: Place.Outside, IsEnded: false, HasLease: true } && (at.i == state.Assigned
            ? at.worker.Token == state.LockToken && state.LockToken > 0 && state.LockSession == at.worker.Session
            : at.worker.Token == 0));

    public string KeyOf(State state) =>
        string.Create(
            null,
            $"{state.LockSession} {state.LockToken} {state.Tokens} {state.Assigned} {state.Moves} {state.Faults} {state.Sessions} " +
            $"{state.Written} {string.Join(' ', state.Workers.Select(Key))}");

    private static string Key(Worker w)
    {
        var marks = (w.IsEnded ? 1 : 0) + (w.HasLease ? 2 : 0) + (w.IsToOwn ? 4 : 0) + (w.Leaves ? 8 : 0)
            + (w.HasFoundLock ? 16 : 0) + (w.IsInDoubt ? 32 : 0) + (w.IsLate ? 64 : 0);
        return string.Create(
            null, $"{w.Session}.{w.Token}.{w.LockSession}.{(int)w.Place}.{w.CallToken}.{w.CallSession}.{marks}");
    }

    private IEnumerable<Step<State>> Sessions(State state, int i, Worker me)
    {
        var freed = state.LockSession == me.Session ? state with { LockSession = 0, LockToken = 0 } : state;
        if (me is { HasLease: true, IsEnded: false } && state.Faults < faults)
        {
            yield return new("has its lease run out", state.With(i, me with { HasLease = false }) with { Faults = state.Faults + 1 }, true);
        }
        if (!me.IsEnded && (!me.HasLease || (mistake == ShardMistake.EndsSessionsEarly && state.Faults < faults)))
        {
            yield return new(
                "has its session ended by the store",
                freed.With(i, me with { IsEnded = true }) with { Faults = Math.Min(faults, state.Faults + 1) },
                true);
        }
        if (me is { HasLease: false, IsEnded: false })
        {
            yield return new("hears of the store again", state.With(i, me with { HasLease = true }));
        }
        if (me.IsEnded)
        {
            yield return new("has a new session", state.With(
                i, me with { Session = state.Sessions + 1, IsEnded = false, HasLease = true }) with
            { Sessions = state.Sessions + 1 });
        }
        if (me.Token > 0 && me.LockSession != me.Session)
        {
            yield return new(
                "learns that its locks have gone",
                state.With(i, me with { Token = 0, LockSession = 0, Leaves = false, HasFoundLock = false }));
        }
    }

    private IEnumerable<Step<State>> Owns(State state, int i, Worker me)
    {
        if (me.IsToOwn != (state.Assigned == i))
        {
            yield return new(
                me.IsToOwn ? "learns that another one is to own it" : "learns that it is to own it",
                state.With(i, me with { IsToOwn = !me.IsToOwn }));
        }
        if (me.Token == 0)
        {
            if (me.IsEnded || !(me.IsToOwn || me.IsInDoubt)) yield break;
            // Right after it has made it, or later where it never heard that.
            if (state.LockSession == me.Session)
            {
                yield return new(
                    $"finds that it has the lock {state.LockToken}",
                    state.With(i, me with { Token = state.LockToken, LockSession = state.LockSession, IsInDoubt = false }));
            }
            else if (me.IsInDoubt)
            {
                yield return new("finds that it does not have the lock", state.With(i, me with { IsInDoubt = false }));
            }
            if (!me.IsToOwn) yield break;
            if (mistake == ShardMistake.ServesBeforeItHasTheLock)
            {
                yield return new(
                    "thinks that it has it",
                    state.With(i, me with { Token = state.Tokens + 1, LockSession = me.Session }) with { Tokens = state.Tokens + 1 });
            }
            if (state.LockToken > 0) yield break;
            var made = state with { LockSession = me.Session, LockToken = state.Tokens + 1, Tokens = state.Tokens + 1 };
            yield return new($"makes the lock {made.LockToken}", made.With(i, me with { IsInDoubt = true }));
            if (state.Faults < faults)
            {
                yield return new(
                    $"makes the lock {made.LockToken}, and the reply is lost",
                    made.With(i, me with { IsInDoubt = mistake != ShardMistake.ForgetsALockInDoubt }) with { Faults = state.Faults + 1 },
                    true);
            }
            yield break;
        }

        if (!me.IsToOwn && !me.Leaves) yield return new("takes no more calls", state.With(i, me with { Leaves = true }));
        if (!me.Leaves || (me.Place is not Place.Outside && mistake != ShardMistake.GivesUpWithCallsInHand)) yield break;
        var without = me with { Token = 0, LockSession = 0, Leaves = false, HasFoundLock = false };
        if (!me.HasFoundLock)
        {
            yield return state.LockToken == me.Token
                ? new("finds its lock there", state.With(i, me with { HasFoundLock = true }))
                : new("finds its lock gone", state.With(i, without));
        }
        else if (!me.IsEnded)
        {
            // Deleted in the session that made it, or not at all.
            var deletes = me.Session == me.LockSession || mistake == ShardMistake.DeletesWhateverIsThere;
            yield return new("lets the lock go", (deletes ? state with { LockSession = 0, LockToken = 0 } : state).With(i, without));
        }
    }

    private IEnumerable<Step<State>> Serves(State state, int i, Worker me)
    {
        var isOfSession = me.Session == me.CallSession;
        var (first, second) = mistake == ShardMistake.LooksAtTheSessionFirst ? (isOfSession, me.HasLease) : (me.HasLease, isOfSession);
        switch (me.Place)
        {
            case Place.Outside when me is { Token: > 0, Leaves: false }:
                yield return new("lets a call in", state.With(i, me with
                {
                    Place = Place.AtTheDoor,
                    CallToken = me.Token,
                    CallSession = me.LockSession,
                    IsLate = me.IsEnded || me.Session != me.LockSession
                }));
                break;
            case Place.AtTheDoor:
            case Place.HalfWay:
                var isGood = mistake == ShardMistake.DoesNotLookAtTheLease || (me.Place == Place.AtTheDoor ? first : second);
                var what = (me.Place == Place.AtTheDoor) == (mistake != ShardMistake.LooksAtTheSessionFirst)
                    ? "its lease"
                    : "whose the lock is";
                yield return isGood
                    ? new(
                        $"looks at {what}, and goes on",
                        state.With(i, me with { Place = me.Place == Place.AtTheDoor ? Place.HalfWay : Place.Serves }),
                        Broken: me.IsLate && me.Place == Place.HalfWay ? "a call is served that came when the session had ended" : null)
                    : new(
                        $"looks at {what}, and sends the call on",
                        state.With(i, me with { Place = Place.Outside, CallToken = 0, CallSession = 0, IsLate = false }));
                break;
            case Place.Serves:
                var refused = me.CallToken < state.Written && mistake != ShardMistake.WritesWithoutAToken;
                yield return new(
                    $"writes with token {me.CallToken}{(refused ? ", and is refused" : "")}",
                    state.With(i, me with { Place = Place.Outside, CallToken = 0, CallSession = 0, IsLate = false }) with
                    {
                        Written = Math.Max(state.Written, me.CallToken)
                    },
                    Broken: refused || me.CallToken >= state.Written
                        ? null
                        : $"what token {me.CallToken} wrote came after {state.Written}");
                break;
        }
    }

    internal enum Place
    {
        Outside,
        AtTheDoor,
        HalfWay,
        Serves,
    }

    internal sealed record Worker
    {
        /// <summary>Its session, as it knows it.</summary>
        public int Session { get; init; }

        /// <summary>Whether the store has ended that.</summary>
        public bool IsEnded { get; init; }

        public bool HasLease { get; init; } = true;

        /// <summary>Whether it is to own the shard, as it knows it.</summary>
        public bool IsToOwn { get; init; }

        /// <summary>The token of the lock that it believes to hold; 0 where it holds none.</summary>
        public int Token { get; init; }

        public int LockSession { get; init; }

        /// <summary>Whether it has tried to make the lock and has not looked since.</summary>
        public bool IsInDoubt { get; init; }

        public bool Leaves { get; init; }

        public bool HasFoundLock { get; init; }

        public Place Place { get; init; }

        public int CallToken { get; init; }

        public int CallSession { get; init; }

        /// <summary>Whether its session had ended when the call came.</summary>
        public bool IsLate { get; init; }
    }

    internal sealed record State
    {
        public int LockSession { get; init; }

        public int LockToken { get; init; }

        public int Tokens { get; init; }

        public int Sessions { get; init; }

        public int Assigned { get; init; }

        public int Moves { get; init; }

        public int Faults { get; init; }

        public int Written { get; init; }

        public ImmutableArray<Worker> Workers { get; init; } = [];

        public State With(int i, Worker worker) => this with { Workers = Workers.SetItem(i, worker) };
    }
}
