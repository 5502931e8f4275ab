using System.Collections.Immutable;

namespace Fan.Tests.Model;

/// <summary>
/// How applications follow a log that may be restored at any step, as docs/switching.md and docs/zookeeper.md have it: a backup is taken at
/// some time and comes back at some later one, or an empty store does. A commit is told by its number and by its fingerprint, and names the
/// one before it.
/// </summary>
internal sealed class RestoreModel(int applications, int commits, int restores, RestoreMistake mistake) : IModel<RestoreState>
{
    private static readonly Entry First = new(1, 0);

    public RestoreState Initial => new()
    {
        Log = [First],
        Followers = [.. Enumerable.Repeat(
            new Follower { Record = new Said(1, 1), Number = 1, Fingerprint = 1, Content = 1 }, applications)],
    };

    public IEnumerable<Step<RestoreState>> Next(RestoreState state)
    {
        for (var i = 0; i < state.Followers.Length; i++)
        {
            foreach (var step in Follows(state, i, state.Followers[i]))
            {
                yield return step with { Name = $"application {(char)('A' + i)} {step.Name}" };
            }
        }

        foreach (var step in Commits(state)) yield return step with { Name = $"the committer {step.Name}" };
        if (state.Backup is null)
        {
            yield return new(
                "a backup is taken",
                state with { Backup = new Saved(state.Log, [.. state.Followers.Select(follower => follower.Record)]) },
                true);
        }
        if (state.Restores == restores) yield break;
        yield return new("the store comes back empty", Restored(state, new Saved([], [.. state.Followers.Select(_ => (Said?)null)])), true);
        if (state.Backup is not { } saved) yield break;
        yield return new("the store comes back as it was, with its sessions", Restored(state, saved), true);
        yield return new(
            "the store comes back as it was, without sessions",
            Restored(state, saved with { Records = [.. saved.Records.Select(_ => (Said?)null)] }),
            true);
    }

    public string? Broken(RestoreState state) => null;

    public bool IsEnd(RestoreState state) =>
        state.Committer.Left == commits
        && state.Followers.All(follower => follower is { Stage: FollowStage.Follows, IsReturning: false, Writing: null }
            && follower.Content == state.Top.Id
            && follower.Number == state.Log.Length
            && follower.Record == follower.Says);

    public string KeyOf(RestoreState state) => state.Key();

    private static RestoreState Restored(RestoreState state, Saved saved) => state with
    {
        Log = saved.Log,
        Restores = state.Restores + 1,
        // Whoever keeps the session keeps what was written in it until then, if that.
        Followers = [.. state.Followers.Select(
            (follower, i) => follower with { Record = follower.Record is null ? null : saved.Records[i], IsInterrupted = true })],
    };

    private IEnumerable<Step<RestoreState>> Follows(RestoreState state, int i, Follower me)
    {
        if (me.Writing is { } said)
        {
            yield return new(
                $"writes that it has applied {said}", state.With(i, me with { Writing = null, Record = me.Record is null ? null : said }));
        }
        else if (me is { IsToTell: true, Record: not null, Stage: not FollowStage.Registers })
        {
            yield return new("looks at what its record is to say", state.With(i, me with { IsToTell = false, Writing = me.Says }));
        }
        if (me.Stage is not FollowStage.Registers && me.Record is null)
        {
            yield return new(
                "learns that its session has ended",
                state.With(i, me with { Stage = FollowStage.Registers, Writing = null, IsInterrupted = false }));
            yield break;
        }

        if (me is { IsInterrupted: true, Writing: null })
        {
            var differs = me.Record != me.Says && mistake != RestoreMistake.KeepsAnOldRecord;
            yield return new(
                "is connected again, and looks at its record",
                state.With(i, me with { IsInterrupted = false, IsToTell = me.IsToTell || differs }));
        }

        foreach (var step in Reads(state, i, me)) yield return step;
    }

    private IEnumerable<Step<RestoreState>> Reads(RestoreState state, int i, Follower me)
    {
        switch (me.Stage)
        {
            case FollowStage.Registers:
                yield return new(
                    "makes its record",
                    state.With(i, me with { Stage = FollowStage.Follows, Record = me.Says, IsToTell = true, IsReturning = true }));
                break;
            case FollowStage.Follows when me.IsReturning || me.Number != state.Log.Length || me.Fingerprint != state.Top.Id:
                yield return new(
                    $"reads the head {state.Log.Length}",
                    state.With(i, me with { Stage = FollowStage.HasRead, Head = state.Log.Length, Seen = state.Top }));
                break;
            case FollowStage.HasRead:
                yield return Decides(state, i, me);
                break;
            case FollowStage.ReadsTheTree:
                yield return new(
                    $"reads the tree as of {state.Log.Length}",
                    state.With(i, me with { Stage = FollowStage.HasReadTheTree, Head = state.Log.Length, Seen = state.Top }));
                break;
            case FollowStage.HasReadTheTree:
                // Number and fingerprint are looked at before and after: what stands between them is of one commit.
                var fingerprint = mistake == RestoreMistake.ReadsTheFingerprintLater
                    ? (me.Head <= state.Log.Length && me.Head > 0 ? state.Log[me.Head - 1].Id : 0)
                    : me.Seen.Id;
                if (mistake != RestoreMistake.ReadsTheFingerprintLater && state.Top.Id != me.Seen.Id)
                {
                    yield return new(
                        "finds another head after it has read, and reads again",
                        state.With(i, me with { Stage = FollowStage.ReadsTheTree }));
                }
                else if (me.IsRestarting || me.Head > me.Number)
                {
                    yield return new(
                        $"takes that tree for its snapshot {me.Head}",
                        state.With(i, (me with { Content = me.Seen.Id }).Applies(me.Head, fingerprint).Follows()));
                }
                else
                {
                    yield return new("has a later snapshot", state.With(i, me.Follows()));
                }
                break;
        }
    }

    private Step<RestoreState> Decides(RestoreState state, int i, Follower me)
    {
        var isKnown = me.Fingerprint != 0 && mistake != RestoreMistake.ComparesNumbersOnly;
        if (me.Head < me.Number || (me.Head == me.Number && isKnown && me.Seen.Id != me.Fingerprint)) return Restarts();
        if (me.Head == me.Number) return new("has applied that", state.With(i, me.Follows()));
        var next = me.Head == me.Number + 1 ? me.Seen : me.Number < state.Log.Length ? state.Log[me.Number] : default;
        if (next == default)
        {
            // It isn't there any more: trimmed, or of a log that has gone.
            var last = me.Number > 0 && me.Number <= state.Log.Length ? state.Log[me.Number - 1].Id : 0;
            return last == 0 || last == me.Fingerprint
                ? new("finds no commit and reads the tree", state.With(i, me with { Stage = FollowStage.ReadsTheTree }))
                : Restarts();
        }

        if (isKnown && next.Follows != me.Fingerprint) return Restarts();
        var applied = me.Applies(me.Number + 1, next.Id) with { Content = next.Follows == me.Content ? next.Id : -1 };
        return new($"applies {me.Number + 1}", state.With(i, applied.Number == me.Head ? applied.Follows() : applied));

        Step<RestoreState> Restarts() =>
            new("finds another log", state.With(i, me with { Stage = FollowStage.ReadsTheTree, IsRestarting = true }));
    }

    private IEnumerable<Step<RestoreState>> Commits(RestoreState state)
    {
        var me = state.Committer;
        switch (me.Stage)
        {
            case CommitStage.Idle when me.Left < commits:
                yield return state.Log.Length == 0
                    ? new("begins the log", (state with { Log = [new Entry(state.LastId + 1, 0)], LastId = state.LastId + 1 }))
                    : new($"reads the head {state.Log.Length}", state with
                    {
                        Committer = me with { Stage = CommitStage.HasRead, Number = state.Log.Length, Fingerprint = state.Top.Id }
                    });
                break;
            case CommitStage.HasRead when state.Log.Length != me.Number:
                yield return new(
                    "fails to commit, as the head is another one",
                    state with { Committer = me with { Stage = CommitStage.Idle, Number = 0, Fingerprint = 0 } });
                break;
            case CommitStage.HasRead:
                // Versions of nodes begin anew too: the head of another log may have the one that was read.
                yield return new($"commits {me.Number + 1}", state with
                {
                    Log = state.Log.Add(new Entry(state.LastId + 1, me.Fingerprint)),
                    LastId = state.LastId + 1,
                    Committer = me with
                    {
                        Stage = CommitStage.Waits,
                        Number = me.Number + 1,
                        Fingerprint = state.LastId + 1,
                        Restores = state.Restores,
                        Seen = [.. state.Followers.Select(_ => false)]
                    },
                });
                break;
            case CommitStage.Waits:
                foreach (var step in Waits(state, me)) yield return step;
                break;
        }
    }

    private IEnumerable<Step<RestoreState>> Waits(RestoreState state, Changer me)
    {
        var next = state with { Committer = new Changer { Left = me.Left + 1 } };
        for (var i = 0; i < state.Followers.Length; i++)
        {
            if (!me.Seen[i] && (state.Followers[i].Record is not { } record || HasApplied(state, me, record)))
            {
                yield return new(
                    $"sees that {(char)('A' + i)} has applied {me.Number}",
                    state with { Committer = me with { Seen = me.Seen.SetItem(i, true) } });
            }
        }

        if (me.Seen.All(seen => seen))
        {
            // What was undone since has no promise left; who comes back begins no calls before it has read the log.
            var isThere = me.Number <= state.Log.Length && state.Log[me.Number - 1].Id == me.Fingerprint && state.Restores == me.Restores;
            var late = state.Followers.Any(follower => follower is { Record: not null, IsReturning: false }
                && !state.Log.Skip(me.Number - 1).Any(entry => entry.Id == follower.Content));
            yield return new(
                $"returns from {me.Number}",
                next,
                Broken: isThere && late ? $"{me.Number} was called applied, and an application has not" : null);
        }

        yield return new("waits no longer, and says so", next);
    }

    private bool HasApplied(RestoreState state, Changer me, Said record)
    {
        if (mistake == RestoreMistake.CountsNumbersOfAnotherLog) return record.Number >= me.Number;
        if (record.Number == me.Number) return record.Fingerprint == me.Fingerprint;
        return record.Number > me.Number && record.Number <= state.Log.Length && state.Log[record.Number - 1].Id == record.Fingerprint;
    }
}
