using System.Globalization;
using System.Threading.Channels;
using Fan.Coordination;
using Fan.Tree;
using Microsoft.Extensions.Logging;

namespace Fan.Commits;

internal sealed partial class TreeFollower
{
    private async Task CatchUpAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        await _catchingUp.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A session reads at least what it wrote: whatever was committed before the record stood there.
            var session = _register.Session;
            var log = new CommitLog(store, _clock);
            if (!IsLoaded) await LoadAsync(log, cancellationToken).ConfigureAwait(false);
            else await FollowLogAsync(log, store, cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _session, session);
            // Once for each: what is written can make it catch up again.
            if (!_loaded.TrySetResult() && ReferenceEquals(History.Current, _announced)) return;
            _announced = History.Current;
            _register.Changed();
        }
        finally
        {
            _catchingUp.Release();
        }
    }

    private async Task FollowLogAsync(CommitLog log, ICoordinationStore store, CancellationToken cancellationToken)
    {
        var head = await log.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        var relation = LogContinuity.Of(History.Current, head);
        if (relation == LogRelation.Another)
        {
            // A new session may have come to a server that lags behind.
            await store.SyncAsync(cancellationToken).ConfigureAwait(false);
            head = await log.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
            relation = LogContinuity.Of(History.Current, head);
        }

        if (relation == LogRelation.Ahead) relation = await ApplyNextAsync(log, head!, cancellationToken).ConfigureAwait(false);
        if (relation is LogRelation.Another) await RestartAsync(log, cancellationToken).ConfigureAwait(false);
        else if (relation is LogRelation.Ahead) await LoadAsync(log, cancellationToken).ConfigureAwait(false);
    }

    private async Task<LogRelation> ApplyNextAsync(CommitLog log, LogHead head, CancellationToken cancellationToken)
    {
        while (History.Current.Number < head.Number)
        {
            var next = History.Current.Number + 1;
            var commit = head.Commit?.Number == next ? head.Commit : await log.ReadAsync(next, cancellationToken).ConfigureAwait(false);
            // Trimmed, where what was applied last does not stand there as another one.
            if (commit is null)
            {
                return LogContinuity.IsSame(
                    History.Current, await log.ReadAsync(History.Current.Number, cancellationToken).ConfigureAwait(false))
                    ? LogRelation.Ahead
                    : LogRelation.Another;
            }

            if (!LogContinuity.IsNext(History.Current, commit)) return LogRelation.Another;
            History.Apply(History.Current.Apply(commit, Malformed));
            CommitsLog.Applied(_logger, commit.Number, commit.Author, commit.Reason);
        }

        return LogRelation.Same;
    }

    private async Task RestartAsync(CommitLog log, CancellationToken cancellationToken)
    {
        var before = History.Current.Number;
        var snapshot = await ReadAsync(log, cancellationToken).ConfigureAwait(false);
        History.Restart(snapshot);
        Volatile.Write(ref _restart, new LogRestart(before, snapshot.Number, _clock.GetTimestamp()));
        CommitsLog.Restarted(_logger, _connection.DisplayName, before, snapshot.Number);
        _forgetting ??= _clock.CreateTimer(
            static history => ((SnapshotHistory)history!).ForgetFormer(), History, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _forgetting.Change(FormerKept, Timeout.InfiniteTimeSpan);
        _telling ??= _clock.CreateTimer(
            static register => ((ApplicationRegister)register!).Changed(), _register, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _telling.Change(RestartTold, Timeout.InfiniteTimeSpan);
        await RebuildAsync(log, snapshot, cancellationToken).ConfigureAwait(false);
    }

    private async Task LoadAsync(CommitLog log, CancellationToken cancellationToken)
    {
        var snapshot = await ReadAsync(log, cancellationToken).ConfigureAwait(false);
        if (snapshot.Number == 0) return;
        History.Apply(snapshot);
        CommitsLog.Loaded(_logger, snapshot.Number);
        await RebuildAsync(log, snapshot, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TreeSnapshot> ReadAsync(CommitLog log, CancellationToken cancellationToken)
    {
        var (number, fingerprint, values) = await log.ReadTreeAsync(cancellationToken).ConfigureAwait(false);
        return History.Current.Replace(number, fingerprint, values, Malformed);
    }

    // Call trees of others may read what was before.
    private async Task RebuildAsync(CommitLog log, TreeSnapshot snapshot, CancellationToken cancellationToken)
    {
        var earlier = new List<TreeSnapshot>();
        var oldest = Math.Max(await log.ReadSettledAsync(cancellationToken).ConfigureAwait(false), snapshot.Number - MaxRebuilt);
        while (snapshot.Number > Math.Max(1, oldest)
            && await log.ReadAsync(snapshot.Number, cancellationToken).ConfigureAwait(false) is { } commit)
        {
            snapshot = snapshot.Undo(commit, Malformed);
            earlier.Add(snapshot);
        }

        History.Remember(earlier);
    }
}
