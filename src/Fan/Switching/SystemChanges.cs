using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Coordination;
using Fan.Routing;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;

namespace Fan.Switching;

/// <summary>
/// Makes changes: checks, barrier, commit, then waits for everybody. All state is in the store, so a committer that dies leaves nothing
/// half-done.
/// </summary>
internal sealed class SystemChanges(StoreConnection connection, TimeProvider clock) : ISystemChanges
{
    private const int MaxPreparations = 5;

    // Of programs of the revision before: the commit at a barrier checks the record of each, beside its edits, in one multi of the store.
    private const int MaxCheckedAtBarrier = 700;

    public Task<ChangeReport> ChangeAsync(
        IReadOnlyList<RouteChange> changes,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(options);
        if (changes.Count == 0) throw new ArgumentException("A change changes at least one route.", nameof(changes));
        var wanted = changes.Select(change => (Service: ServiceName.Parse(change.Service).Canonical, Entry: EntryFor(change))).ToList();
        if (wanted.GroupBy(change => change.Service, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new FormatException($"'{twice.Key}' is named twice.");
        return MakeAsync(
            async (from, _) => await Task.WhenAll(wanted.Select(async change =>
            {
                var path = CommitPath.OfRoute(change.Service);
                var before = await from.ReadAsync(path).ConfigureAwait(false);
                return new TreeEdit(path, before, RouteEntry.Change(ReadableOrNull(before), change.Entry)?.ToJson());
            })).ConfigureAwait(false),
            new Commit { Number = 0, Author = options.Author, At = default, Reason = options.Reason },
            options,
            progress,
            cancellationToken);
    }

    public async Task<ChangeReport> RevertAsync(
        long number, ChangeOptions options, IProgress<ChangeProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var undone = await ShowAsync(number, cancellationToken).ConfigureAwait(false)
            ?? throw new ArgumentException($"There is no commit {number} in the log.", nameof(number));
        if (undone.Edits.Count == 0) throw new ArgumentException($"Commit {number} changed nothing.", nameof(number));
        return await MakeAsync(
            async (from, token) =>
            {
                var edits = new List<TreeEdit>();
                foreach (var edit in undone.Edits)
                {
                    var now = await from.ReadAsync(edit.Path).ConfigureAwait(false);
                    if (Undone(edit, now, options.Force) is not { } undone)
                    {
                        throw new CommitConflictException(
                            edit.Path,
                            from.Number,
                            $"{Subject(edit.Path)} was changed again after commit {number}: " +
                            $"it is {Told(edit.Path, now, edit.After)} now, and was {Told(edit.Path, edit.After, now)} then.");
                    }
                    edits.Add(undone);
                }

                return edits;
            },
            new Commit
            {
                Number = 0,
                Author = options.Author,
                At = default,
                Reason = options.Reason.Length > 0 ? options.Reason : $"Undo commit {number}: {undone.Reason}".TrimEnd(' ', ':'),
                Reverts = number
            },
            options, progress, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ChangeReport> MoveShardsAsync(
        string service,
        IReadOnlyDictionary<int, string?> owners,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(options);
        if (owners.Count == 0) throw new ArgumentException("A move moves at least one shard.", nameof(owners));
        var name = ServiceName.Parse(service).Canonical;
        var shards = new ShardDirectory(await OpenAsync(cancellationToken).ConfigureAwait(false));
        var (overridden, warnings) = await shards.RequireAsync(
            name,
            owners,
            await ApplicationsAsync(cancellationToken).ConfigureAwait(false),
            options.Force,
            cancellationToken).ConfigureAwait(false);
        var report = await MakeAsync(
            async (from, _) =>
            {
                var path = CommitPath.OfRoute(name);
                var before = await from.ReadAsync(path).ConfigureAwait(false);
                return [new TreeEdit(path, before, (ReadableOrNull(before) ?? RouteEntry.Create([])).Assign(owners).ToJson())];
            },
            new Commit { Number = 0, Author = options.Author, At = default, Reason = options.Reason },
            options with { DrainTimeout = TimeSpan.Zero },
            progress,
            cancellationToken,
            overridden).ConfigureAwait(false);
        report = report with { Warnings = [.. report.Warnings, .. warnings] };
        // Committed and known is not all: the former owner finishes what it has in hand, and then the new one holds the lock.
        var held = await WithinAsync(
            options.ApplyTimeout, token => shards.UntilHeldAsync(name, owners, token), cancellationToken).ConfigureAwait(false);
        if (held) return report;
        var waits = $"Not every shard is held by its new owner within {options.ApplyTimeout.TotalSeconds:0.#} s; calls for it wait.";
        // Named although it does not live: it is known that it can't hold them now.
        if (overridden.Count > 0) return report with { Warnings = [.. report.Warnings, waits] };
        var missing = await shards.NotHeldAsync(name, owners, cancellationToken).ConfigureAwait(false);
        throw new ChangeUnappliedException(
            report.Commit, missing, $"Commit {report.Commit.Number} is made. {waits} Missing: {string.Join(", ", missing)}.");
    }

    public async Task<ChangeReport> AssignKeysAsync(
        string service,
        IReadOnlyDictionary<string, int?> shards,
        ChangeOptions options,
        IProgress<ChangeProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(shards);
        ArgumentNullException.ThrowIfNull(options);
        if (shards.Count == 0) throw new ArgumentException("At least one key is assigned.", nameof(shards));
        var name = ServiceName.Parse(service).Canonical;
        var directory = new ShardDirectory(await OpenAsync(cancellationToken).ConfigureAwait(false));
        var listed = shards.Select(key => new KeyValuePair<string, int?>(Messaging.ShardKeyList.Normalize(key.Key), key.Value)).ToList();
        var count = await directory.RequireListedAsync(name, listed, cancellationToken).ConfigureAwait(false);
        var report = await MakeAsync(
            async (from, _) =>
            {
                var path = CommitPath.OfRoute(name);
                var before = await from.ReadAsync(path).ConfigureAwait(false);
                return [new TreeEdit(path, before, (ReadableOrNull(before) ?? RouteEntry.Create([])).List(listed).ToJson())];
            },
            new Commit { Number = 0, Author = options.Author, At = default, Reason = options.Reason },
            options with { DrainTimeout = TimeSpan.Zero },
            progress,
            cancellationToken,
            []).ConfigureAwait(false);
        var all = Enumerable.Range(0, count).ToDictionary(shard => shard, _ => (string?)null);
        var held = await WithinAsync(
            options.ApplyTimeout, token => directory.UntilHeldAsync(name, all, token), cancellationToken).ConfigureAwait(false);
        return held
            ? report
            : report with
            {
                Warnings =
                [
                    .. report.Warnings,
                    $"Not every shard is held as it is divided now within {options.ApplyTimeout.TotalSeconds:0.#} s; calls for it wait."
                ]
            };
    }

    public async ValueTask<IReadOnlyList<ShardState>> ShardsAsync(string service, CancellationToken cancellationToken = default) =>
        await new ShardDirectory(await OpenAsync(cancellationToken).ConfigureAwait(false)).ListAsync(
            ServiceName.Parse(service).Canonical, cancellationToken).ConfigureAwait(false);

    public async IAsyncEnumerable<Commit> LogAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var log = new CommitLog(await OpenAsync(cancellationToken).ConfigureAwait(false), clock);
        foreach (var number in (await log.NumbersAsync(cancellationToken).ConfigureAwait(false)).Reverse())
        {
            if (await log.ReadAsync(number, cancellationToken).ConfigureAwait(false) is { } commit) yield return commit;
        }
    }

    public async ValueTask<Commit?> ShowAsync(long number, CancellationToken cancellationToken = default) =>
        await new CommitLog(
            await OpenAsync(cancellationToken).ConfigureAwait(false), clock).ReadAsync(number, cancellationToken).ConfigureAwait(false);

    public async ValueTask<SystemTree> ReadAsync(CancellationToken cancellationToken = default)
    {
        var (number, _, values) = await new CommitLog(
            await OpenAsync(cancellationToken).ConfigureAwait(false), clock).ReadTreeAsync(cancellationToken).ConfigureAwait(false);
        return new SystemTree(number, values);
    }

    public async ValueTask<IReadOnlyList<ApplicationRecord>> ApplicationsAsync(CancellationToken cancellationToken = default)
    {
        var watch = await ApplicationWatch.StartAsync(
            await OpenAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        await using (watch.ConfigureAwait(false))
        {
            return [.. watch.Records.OrderBy(record => record.Application, StringComparer.Ordinal)
                .ThenBy(record => record.Instance, StringComparer.Ordinal)];
        }
    }

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

    private Task<ICoordinationStore> OpenAsync(CancellationToken cancellationToken) => connection.OpenedAsync(cancellationToken);

    // What can't be read has no effect, so a change of it is made as if nothing were there.
    private static RouteEntry? ReadableOrNull(string? json)
    {
        try
        {
            return json is null ? null : RouteEntry.Parse(json);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Told(string path, string? value, string? other) =>
        !path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal)
            ? value ?? "not there"
            : $"'{RouteText.Of(value, other ?? "{}")}'";

    // Null where what the commit changed was changed again.
    private static TreeEdit? Undone(TreeEdit edit, string? now, bool force)
    {
        if (now == edit.After) return new TreeEdit(edit.Path, now, edit.Before);
        if (edit.Path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal)
            && RouteUndo.TryUndo(ReadableOrNull(edit.Before), ReadableOrNull(edit.After), ReadableOrNull(now), out var undone))
            return new TreeEdit(edit.Path, now, undone?.ToJson());
        return force ? new TreeEdit(edit.Path, now, edit.Before) : null;
    }

    private static string Subject(string path) =>
        path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal)
            ? $"The route of '{path[(CommitPath.Routes.Length + 1)..]}'"
            : $"'{path}'";

    private static RouteEntry? EntryFor(RouteChange change)
    {
        if (change is { Versions.Count: 0, Alias: null, Sticky: null, AllowsOverride: false }) return null;
        var versions = change.Versions.Select(version => ServiceVersion.TryParse(version.Key, out var parsed)
            ? new VersionWeight(version.Key, parsed, version.Value)
            : throw new FormatException($"'{Messaging.HeaderText.Shorten(version.Key)}' is no version; write 1.2.0."));
        return RouteEntry.Create(
            versions, change.Sticky, change.Alias is null ? null : ServiceName.Parse(change.Alias).Canonical, change.AllowsOverride);
    }
}
