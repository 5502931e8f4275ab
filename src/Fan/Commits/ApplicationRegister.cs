using System.Threading.Channels;
using Fan.Coordination;
using Fan.Discovery;

namespace Fan.Commits;

/// <summary>The application's own record in the store, which lives as long as its session: made, kept up to date, made again. Safe from any thread.</summary>
internal sealed class ApplicationRegister(Func<ApplicationRecord> describe, Action kept, Action<ApplicationRecord> written) : IDisposable
{
    private const string Prefix = "app_";

    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _path;
    private long _session;

    /// <summary>The session under which the record was made last; 0 before.</summary>
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
            _path = await FindAsync(store, stopping).ConfigureAwait(false) ?? await CreateAsync(store, stopping).ConfigureAwait(false);
            // It may have gone with its session already.
            if (await store.GetAsync(_path, stopping).ConfigureAwait(false) is not { } own) continue;
            Volatile.Write(ref _session, own.EphemeralOwner);
            _created.TrySetResult();
            Changed();
            kept();
            retry.Reset();
            if (!await WaitUntilGoneAsync(store, _path, stopping).ConfigureAwait(false)) return;
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
                await store.CommitAsync([new StoreOperation.Set(path, record.ToJson())], stopping).ConfigureAwait(false);
                written(record);
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

    // After an interruption: it may have outlived that.
    private async Task<string?> FindAsync(ICoordinationStore store, CancellationToken cancellationToken) =>
        _path is { } path && await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is { } node && node.EphemeralOwner == store.SessionId ? path : null;

    private async Task<string> CreateAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        await store.CreateMissingAsync([CommitPath.Root, CommitPath.Applications], cancellationToken).ConfigureAwait(false);
        var create = new StoreOperation.Create(StorePath.Join(CommitPath.Applications, Prefix), describe().ToJson(), NodeKind.EphemeralSequential);
        if (_path is { } left)
        {
            try
            {
                // A record of an earlier session would be waited for until that expires.
                return (await store.CommitAsync([new StoreOperation.Delete(left), create], cancellationToken).ConfigureAwait(false))[1].Path;
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NoNode)
            {
                // It went with its session.
            }
        }

        return (await store.CommitAsync([create], cancellationToken).ConfigureAwait(false))[0].Path;
    }

    private static async Task<bool> WaitUntilGoneAsync(ICoordinationStore store, string path, CancellationToken stopping)
    {
        await foreach (var change in store.WatchAsync(path, stopping).ConfigureAwait(false))
        {
            if (change.Kind is not (StoreEventKind.Deleted or StoreEventKind.Resync)) continue;
            var found = await store.GetAsync(path, stopping).ConfigureAwait(false);
            if (found is null || found.EphemeralOwner != store.SessionId) return true;
        }

        return false;
    }
}
