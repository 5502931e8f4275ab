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
internal sealed partial class SystemChanges(StoreConnection connection, TimeProvider clock) : ISystemChanges
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
