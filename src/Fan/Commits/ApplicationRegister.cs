using System.Threading.Channels;
using Fan.Coordination;

namespace Fan.Commits;

/// <summary>
/// The application's own record in the store, which lives as long as its session: made, kept up to date, made again. Safe from any thread.
/// </summary>
/// <param name="describe">What the record is to say.</param>
/// <param name="beside">
/// What is to be done in one multi with the writing of a record, unless somebody else did it; null where there is nothing.
/// </param>
/// <param name="written">Called when the store has what the record says.</param>
/// <param name="comeBack">
/// Called with the making of the record where there was one before: whoever was not in the register was not waited for.
/// </param>
internal sealed class ApplicationRegister(
    Func<ApplicationRecord> describe, Func<ICoordinationStore, Func<Task>, CancellationToken, Task> comeBack,
    Func<ApplicationRecord, StoreOperation.Set?> beside, Func<ICoordinationStore, ApplicationRecord, CancellationToken, Task> written)
    : IDisposable
{
    private const string Prefix = "app_";

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _path;
    private volatile byte[] _told = [];
    private bool _isDoubtful;
    private bool _isBack = true;
    private long _session;

    /// <summary>The session by which the record lives; 0 while there is none.</summary>
    public long Session => Volatile.Read(ref _session);

    /// <summary>Waits until the record was made once.</summary>
    public Task CreatedAsync(CancellationToken cancellationToken) => _created.Task.WaitAsync(cancellationToken);

    /// <summary>Notes that the record is not what the application is any more.</summary>
    public void Changed() => _changes.Writer.TryWrite(true);

    /// <summary>Makes the record, and again whenever it has gone.</summary>
    public async Task KeepAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        while (true)
        {
            var isThere = await FindAsync(store, stopping).ConfigureAwait(false) is not null;
            _isBack &= isThere;
            async Task RegisterAsync()
            {
                if (!isThere) await CreateAsync(store, stopping).ConfigureAwait(false);
                // It may have gone with its session already.
                Volatile.Write(ref _session, (await store.GetAsync(_path!, stopping).ConfigureAwait(false))?.EphemeralOwner ?? 0);
            }

            await (_isBack || !_created.Task.IsCompleted
                ? RegisterAsync()
                : comeBack(store, RegisterAsync, stopping)).ConfigureAwait(false);
            _isBack = true;
            _created.TrySetResult();
            Changed();
            retry.Reset();
            if (!await WaitUntilGoneAsync(store, _path!, stopping).ConfigureAwait(false)) return;
        }
    }

    /// <summary>Writes the record after each change.</summary>
    public async Task WriteAsync(ICoordinationStore store, RetryPause retry, CancellationToken stopping)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            if (_path is not { } path) continue;
            try
            {
                var record = describe();
                var json = record.ToJson();
                await WriteAsync(store, new StoreOperation.Set(path, json), beside(record), stopping).ConfigureAwait(false);
                _told = json;
                await written(store, record, stopping).ConfigureAwait(false);
                retry.Reset();
            }
            catch (StoreConflictException)
            {
                // It has gone, and will be made again with what is true then.
            }
            catch (StoreException)
            {
                Changed();
                throw;
            }
        }
    }

    public void Dispose() => _changes.Writer.TryComplete();

    private static async Task WriteAsync(
        ICoordinationStore store, StoreOperation.Set record, StoreOperation.Set? also, CancellationToken cancellationToken)
    {
        if (also is not null)
        {
            try
            {
                await store.CommitAsync([record, also], cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (StoreConflictException error) when (error.Path == also.Path)
            {
                // Somebody else did it.
            }
        }

        await store.CommitAsync([record], cancellationToken).ConfigureAwait(false);
    }

    // After an interruption: it may have outlived that.
    private async Task<string?> FindAsync(ICoordinationStore store, CancellationToken cancellationToken) =>
        _path is { } path
            && await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } node
            && node.EphemeralOwner == store.SessionId
            ? path
            : null;

    private async Task CreateAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        // One that was made without a reply would never say another word, and everybody would wait for it.
        if (_isDoubtful && await FindOwnAsync(store, cancellationToken).ConfigureAwait(false) is { } own) _path = own;
        else _path = await MakeAsync(store, cancellationToken).ConfigureAwait(false);
        _isDoubtful = false;
    }

    private static async Task<string?> FindOwnAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        await store.SyncAsync(cancellationToken).ConfigureAwait(false);
        foreach (var name in await store.GetChildrenAsync(CommitPath.Applications, cancellationToken).ConfigureAwait(false) ?? [])
        {
            var path = StorePath.Join(CommitPath.Applications, name);
            if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } node && node.EphemeralOwner == store.SessionId)
            {
                return path;
            }
        }

        return null;
    }

    private async Task<string> MakeAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        await store.CreateMissingAsync([CommitPath.Root, CommitPath.Applications], cancellationToken).ConfigureAwait(false);
        var create = new StoreOperation.Create(
            StorePath.Join(CommitPath.Applications, Prefix), describe().ToJson(), NodeKind.EphemeralSequential);
        // A barrier's commit fails unless the register is as it was: it says so whenever somebody comes.
        var come = new StoreOperation.Set(CommitPath.Applications, default);
        _isDoubtful = true;
        if (_path is { } left)
        {
            try
            {
                // A record of an earlier session would be waited for until that expires.
                return (await store.CommitAsync(
                    [new StoreOperation.Delete(left), create, come], cancellationToken).ConfigureAwait(false))[1].Path;
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NoNode)
            {
                // It went with its session.
            }
        }

        return (await store.CommitAsync([create, come], cancellationToken).ConfigureAwait(false))[0].Path;
    }

    private async Task<bool> WaitUntilGoneAsync(ICoordinationStore store, string path, CancellationToken stopping)
    {
        await foreach (var change in store.WatchAsync(path, stopping).ConfigureAwait(false))
        {
            if (change.Kind is not (StoreEventKind.Deleted or StoreEventKind.Resync)) continue;
            var found = await store.GetAsync(path, stopping).ConfigureAwait(false);
            Volatile.Write(ref _session, found?.EphemeralOwner ?? 0);
            if (found is null || found.EphemeralOwner != store.SessionId) return true;
            // A store that was restored may have kept the session, and what was said in it earlier.
            if (!found.Data.Span.SequenceEqual(_told)) Changed();
        }

        return false;
    }
}
