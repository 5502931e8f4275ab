using Fan.Commits;
using Fan.Coordination;

namespace Fan.Switching;

/// <summary>
/// Follows the records of all applications that live, to wait until they say what is waited for. For one change, by one flow of control.
/// </summary>
internal sealed class ApplicationWatch : IAsyncDisposable
{
    private const int ReadAtOnce = 64;
    private const int MaxNamed = 5;

    private readonly ICoordinationStore _store;
    private readonly Dictionary<string, (ApplicationRecord Record, int Version)> _records = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _leaving = new();
    private readonly IAsyncEnumerator<StoreEvent> _events;
    private Task<bool>? _next;
    private int _version;

    private ApplicationWatch(ICoordinationStore store)
    {
        _store = store;
        _events = store.WatchAsync(CommitPath.Applications, _leaving.Token).GetAsyncEnumerator(_leaving.Token);
    }

    public IEnumerable<ApplicationRecord> Records => _records.Values.Select(known => known.Record);

    /// <summary>
    /// Checks for a commit at a barrier: that nobody has come, and that the records of programs that give a barrier up in their record
    /// alone are as they were read.
    /// </summary>
    public IReadOnlyList<StoreOperation> Checks =>
        [
            new StoreOperation.Check(CommitPath.Applications, _version),
            .. Checked.Select(known => new StoreOperation.Check(known.Key, known.Value.Version))
        ];

    /// <summary>How many records a commit at a barrier must check.</summary>
    public int CheckedRecords => Checked.Count();

    private IEnumerable<KeyValuePair<string, (ApplicationRecord Record, int Version)>> Checked =>
        _records.Where(known => !known.Value.Record.RaisesControl);

    public static async Task<ApplicationWatch> StartAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        var watch = new ApplicationWatch(store);
        try
        {
            await watch.RefreshAsync(cancellationToken).ConfigureAwait(false);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads who lives, of those not known yet: whoever was there before this call is known after it.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _store.SyncAsync(cancellationToken).ConfigureAwait(false);
        _version = (await _store.GetAsync(CommitPath.Applications, cancellationToken).ConfigureAwait(false))?.Version ?? 0;
        var names = await _store.GetChildrenAsync(CommitPath.Applications, cancellationToken).ConfigureAwait(false) ?? [];
        var paths = names.Select(name => StorePath.Join(CommitPath.Applications, name)).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _records.Keys.Where(path => !paths.Contains(path)).ToList()) _records.Remove(gone);
        foreach (var some in paths.Where(path => !_records.ContainsKey(path)).Chunk(ReadAtOnce))
        {
            var nodes = await Task.WhenAll(some.Select(path => _store.GetAsync(path, cancellationToken).AsTask())).ConfigureAwait(false);
            for (var i = 0; i < some.Length; i++) Note(some[i], nodes[i]);
        }
    }

    /// <summary>Waits until every application that lives is as wanted.</summary>
    /// <param name="isSo">What is wanted of each; asked once for each state of a record.</param>
    /// <param name="told">Told how many are so, of how many, and some of those that are not; at the start and after each change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task UntilAsync(
        Func<ApplicationRecord, ValueTask<bool>> isSo, Action<int, int, IReadOnlyList<string>> told, CancellationToken cancellationToken)
    {
        var missing = new Dictionary<string, string>(StringComparer.Ordinal);
        IEnumerable<string> changed = [.. _records.Keys];
        while (true)
        {
            foreach (var path in changed)
            {
                if (_records.TryGetValue(path, out var known) && !await isSo(known.Record).ConfigureAwait(false))
                {
                    missing[path] = known.Record.Application;
                }
                else
                {
                    missing.Remove(path);
                }
            }

            told(_records.Count - missing.Count, _records.Count, [.. missing.Values.Take(MaxNamed)]);
            if (missing.Count == 0) return;
            if (await NextAsync(cancellationToken).ConfigureAwait(false) is { } one)
            {
                changed = [one];
            }
            else
            {
                missing.Clear();
                changed = [.. _records.Keys];
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync().ConfigureAwait(false);
        if (_next is not null) await ((Task)_next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _events.DisposeAsync().ConfigureAwait(false);
        _leaving.Dispose();
    }

    // The path of what changed; null where that may be anything.
    private async Task<string?> NextAsync(CancellationToken cancellationToken)
    {
        _next ??= _events.MoveNextAsync().AsTask();
        // A wait that is given up leaves the move under way to the next one.
        if (!await _next.WaitAsync(cancellationToken).ConfigureAwait(false)) throw new StoreUnavailableException("The store was closed.");
        _next = null;
        var change = _events.Current;
        if (change.Kind == StoreEventKind.Resync)
        {
            _records.Clear();
            await RefreshAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (change.Kind == StoreEventKind.Deleted)
        {
            _records.Remove(change.Path);
        }
        else if (change.Path != CommitPath.Applications)
        {
            Note(change.Path, await _store.GetAsync(change.Path, cancellationToken).ConfigureAwait(false));
        }

        return change.Path;
    }

    private void Note(string path, StoreNode? node)
    {
        if (node is null)
        {
            _records.Remove(path);
            return;
        }

        try
        {
            _records[path] = (ApplicationRecord.Parse(node.Data), node.Version);
        }
        catch (FormatException)
        {
            // Nobody that follows the log wrote it.
            _records.Remove(path);
        }
    }
}
