using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Coordination;
using Fan.Tree;

namespace Fan.Switching;

internal sealed partial class SystemChanges
{
    private async Task<ChangeReport> MakeAsync(
        Func<CommitBase, CancellationToken, ValueTask<IReadOnlyList<TreeEdit>>> edit,
        Commit draft,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress,
        CancellationToken cancellationToken,
        IReadOnlyList<string>? ofShards = null)
    {
        var store = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var log = new CommitLog(store, clock);
        var watch = await ApplicationWatch.StartAsync(store, cancellationToken).ConfigureAwait(false);
        await using var ending = watch.ConfigureAwait(false);
        // What is refused leaves no trace, not even the beginning of the log.
        if (await log.ReadHeadAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            await CheckAsync(
                new CommitBase(0, path => log.ReadValueAsync(path, cancellationToken)), cancellationToken).ConfigureAwait(false);
        }

        await log.BeginAsync(options.Author, cancellationToken).ConfigureAwait(false);
        // No call tree reads who owns a shard.
        if (ofShards is null) await BeginAsync(log, watch, options, progress, cancellationToken).ConfigureAwait(false);

        var warnings = new List<string>();
        for (var preparation = 1; ; preparation++)
        {
            var barrier = options.Barrier
                ? await PrepareAsync(store, watch, options, progress, cancellationToken).ConfigureAwait(false)
                : ((string Id, int Version)?)null;
            try
            {
                var commit = await log.AppendAsync(draft, ContentAsync, cancellationToken).ConfigureAwait(false);
                return await FollowAsync(log, watch, commit, options, warnings, progress, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException) when (barrier is not null && preparation < MaxPreparations)
            {
                // An application came, went, or gave up holding: all are asked again.
            }
            finally
            {
                if (barrier is not null) await RemoveAsync(store, barrier.Value.Id).ConfigureAwait(false);
            }

            async ValueTask<CommitContent> ContentAsync(CommitBase from, CancellationToken token)
            {
                var (edits, refusals, found) = await CheckAsync(from, token).ConfigureAwait(false);
                warnings.Clear();
                warnings.AddRange(found);
                // With the commit goes the barrier, and only while everybody still stands at it.
                IReadOnlyList<StoreOperation> atBarrier = barrier is null ? [] :
                [
                    .. watch.Checks,
                    new StoreOperation.Check(CommitPath.Control, barrier.Value.Version),
                    new StoreOperation.Delete(CommitPath.Barrier)
                ];
                return new CommitContent(edits, [.. ofShards ?? [], .. refusals], atBarrier);
            }
        }

        async ValueTask<(IReadOnlyList<TreeEdit> Edits, List<string> Refusals, List<string> Warnings)> CheckAsync(
            CommitBase from, CancellationToken token)
        {
            var edits = await edit(from, token).ConfigureAwait(false);
            var changes = edits.Where(change => change.Path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal))
                .Select(change => (
                    change.Path[(CommitPath.Routes.Length + 1)..], change.After is null ? null : RouteEntry.Parse(change.After))).ToList();
            var (refusals, found) = await new ChangeChecks(
                store,
                changes,
                async service => await from.ReadAsync(CommitPath.OfRoute(service)).ConfigureAwait(false) is { } json
                    ? ReadableOrNull(json)
                    : null).FindAsync(watch.Records, token).ConfigureAwait(false);
            return refusals.Count == 0 || options.Force ? (edits, refusals, found) : throw new CommitRefusedException(refusals);
        }
    }

    // Until the first commit call trees carry no number. They must have ended before one may make a difference to them.
    private async Task BeginAsync(
        CommitLog log,
        ApplicationWatch watch,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (await log.ReadSettledAsync(cancellationToken).ConfigureAwait(false) >= 1) return;
        await watch.RefreshAsync(cancellationToken).ConfigureAwait(false);
        await WithinAsync(options.ApplyTimeout + options.DrainTimeout, token => watch.UntilAsync(
            record => new(record.Oldest >= 1),
            (done, of, missing) => progress?.Report(new ChangeProgress(ChangeStage.Preparing, 0, done, of, missing)),
            token), cancellationToken).ConfigureAwait(false);
        await log.SettleAsync(1, cancellationToken).ConfigureAwait(false);
    }

    private async Task<(string Id, int Version)> PrepareAsync(
        ICoordinationStore store,
        ApplicationWatch watch,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress,
        CancellationToken cancellationToken)
    {
        if (watch.CheckedRecords is > MaxCheckedAtBarrier and var many)
        {
            throw new CommitRefusedException(
                [$"A barrier waits for at most {MaxCheckedAtBarrier} applications of the revision before this one; {many} of them live. " +
                    "Update some, or switch without it: every call tree is on one side of the change all the same. Nothing was changed."],
                canBeForced: false);
        }

        await store.CreateMissingAsync([CommitPath.Root, CommitPath.Applications], cancellationToken).ConfigureAwait(false);
        var mark = Guid.NewGuid().ToByteArray();
        int version;
        try
        {
            // Every barrier has a version of its own: nobody commits at one that went with a session while another took its place.
            version = (await store.CommitAsync([
                new StoreOperation.Set(CommitPath.Control, default),
                new StoreOperation.Create(CommitPath.Barrier, mark, NodeKind.Ephemeral)
            ], cancellationToken).ConfigureAwait(false))[0].Version;
        }
        catch (StoreConflictException error) when (error.Conflict == StoreConflict.NodeExists)
        {
            throw new CommitConflictException(
                CommitPath.Barrier, 0, "Another change holds all calls at this moment; try again when it is done.");
        }
        catch (Exception error) when (error is StoreUnavailableException or OperationCanceledException)
        {
            // It may stand all the same.
            await RemoveAsync(store, node => node.Data.Span.SequenceEqual(mark)).ConfigureAwait(false);
            throw;
        }

        var node = await store.GetAsync(CommitPath.Barrier, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreUnavailableException("The barrier has gone with the session.");
        var id = node.CreatedTransaction.ToString(CultureInfo.InvariantCulture);
        try
        {
            await watch.RefreshAsync(cancellationToken).ConfigureAwait(false);
            IReadOnlyList<string> waitsFor = [];
            var prepared = await WithinAsync(options.ApplyTimeout, token => watch.UntilAsync(
                record => new(record.Prepared == id),
                (done, of, missing) =>
                {
                    waitsFor = missing;
                    progress?.Report(new ChangeProgress(ChangeStage.Preparing, 0, done, of, missing));
                }, token), cancellationToken).ConfigureAwait(false);
            return prepared
                ? (id, version)
                : throw new CommitRefusedException(
                    [$"Not every application holds its calls within {options.ApplyTimeout.TotalSeconds:0.#} s: " +
                        $"{string.Join(", ", waitsFor)}. Nothing was changed."],
                    canBeForced: false);
        }
        catch
        {
            await RemoveAsync(store, id).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<ChangeReport> FollowAsync(
        CommitLog log,
        ApplicationWatch watch,
        Commit commit,
        ChangeOptions options,
        IReadOnlyList<string> warnings,
        IProgress<ChangeProgress>? progress,
        CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        IReadOnlyList<string> waitsFor = [];
        var of = 0;
        Action<int, int, IReadOnlyList<string>> Telling(ChangeStage stage) => (done, all, missing) =>
        {
            (waitsFor, of) = (missing, all);
            progress?.Report(new ChangeProgress(stage, commit.Number, done, all, missing));
        };
        var fingerprint = CommitJson.Fingerprint(commit);
        // The numbers of a log that was here before a restore say nothing of this one.
        ValueTask<bool> HasApplied(ApplicationRecord record, CancellationToken token) =>
            record.Applied > commit.Number
                ? log.HasAppliedAsync(record, token)
                : new(record.Applied == commit.Number && (record.Fingerprint is null || record.Fingerprint == fingerprint));
        // Who registered before the commit and is not known here yet has perhaps not applied it; who registers after it reads it first.
        await watch.RefreshAsync(cancellationToken).ConfigureAwait(false);
        if (!await WithinAsync(
            options.ApplyTimeout,
            token => watch.UntilAsync(record => HasApplied(record, token), Telling(ChangeStage.Applying), token),
            cancellationToken).ConfigureAwait(false))
            throw new ChangeUnappliedException(commit, waitsFor, options.ApplyTimeout);
        var applied = clock.GetElapsedTime(started);
        if (options.DrainTimeout == TimeSpan.Zero
            || !await WithinAsync(
                options.DrainTimeout,
                token => watch.UntilAsync(record => new(record.Oldest >= commit.Number), Telling(ChangeStage.Draining), token),
                cancellationToken).ConfigureAwait(false))
            return new ChangeReport(commit, of, applied, null, [.. warnings]);
        await log.SettleAsync(commit.Number, cancellationToken).ConfigureAwait(false);
        progress?.Report(new ChangeProgress(ChangeStage.Settled, commit.Number, of, of, []));
        return new ChangeReport(commit, of, applied, clock.GetElapsedTime(started), [.. warnings]);
    }

    private async Task<bool> WithinAsync(TimeSpan limit, Func<CancellationToken, Task> wait, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await wait(both.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // Where it fails, the session's end takes the barrier away.
    private static Task RemoveAsync(ICoordinationStore store, string id) =>
        RemoveAsync(store, node => node.CreatedTransaction.ToString(CultureInfo.InvariantCulture) == id);

    private static async Task RemoveAsync(ICoordinationStore store, Func<StoreNode, bool> isOwn)
    {
        try
        {
            if (await store.GetAsync(CommitPath.Barrier).ConfigureAwait(false) is { } node && isOwn(node))
                await store.CommitAsync([new StoreOperation.Delete(CommitPath.Barrier)]).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // Ephemeral, and held no longer than applications bear it.
        }
    }
}
