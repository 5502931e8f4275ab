using System.Runtime.CompilerServices;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Diagnosis;
using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper;

/// <summary>
/// A session with a ZooKeeper ensemble as a store: paths, limits, conflicts and watches in the store's terms. Safe from any thread.
/// </summary>
internal sealed class ZooKeeperCoordinationStore : ICoordinationStore, IStoreDiagnostics
{
    private readonly ZooKeeperClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly ZooKeeperClient _client;
    private readonly StateFeed _states = new();
    private readonly Lock _gate = new();
    private readonly List<StoreWatch> _watches = [];

    public ZooKeeperCoordinationStore(ZooKeeperClientOptions options, TimeProvider clock, ILogger logger)
    {
        (_options, _clock) = (options, clock);
        _client = new ZooKeeperClient(options, clock, logger, state => _states.Set(Translate(state)));
    }

    public string DisplayName => _options.DisplayName;

    public long SessionId => _client.SessionId;

    public TimeSpan LeaseRemaining => State == SessionState.Connected ? _client.LeaseRemaining : TimeSpan.Zero;

    public SessionState State => _states.Current;

    internal ZooKeeperClient Client => _client;

    public async Task OpenAsync(CancellationToken cancellationToken = default)
    {
        RequireNotClosed();
        if (State != SessionState.None) throw new InvalidOperationException("The store is open already.");
        await DoAsync(static async (client, _, cancel) =>
        {
            await client.OpenAsync(cancel).ConfigureAwait(false);
            return true;
        }, "/", cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<SessionState> WatchSessionAsync(CancellationToken cancellationToken = default) =>
        _states.ReadAsync(cancellationToken);

    public ValueTask<StoreNode?> GetAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        RequireOpen();
        return new(DoAsync(
            static async (client, path, cancel) => await client.GetAsync(path, cancel).ConfigureAwait(false) is { } node
                ? new StoreNode(
                    node.Data,
                    node.Stat.Version,
                    node.Stat.EphemeralOwner,
                    node.Stat.CreatedZxid,
                    node.Stat.ModifiedZxid,
                    node.Stat.ChildCount)
                : null,
            path,
            cancellationToken));
    }

    public ValueTask<IReadOnlyList<string>?> GetChildrenAsync(string path, CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        RequireOpen();
        return new(DoAsync<string, IReadOnlyList<string>?>(
            static async (client, path, cancel) =>
            {
                var names = await client.GetChildrenAsync(path, cancel).ConfigureAwait(false);
                if (names is not null) Array.Sort(names, StringComparer.Ordinal);
                return names;
            },
            path,
            cancellationToken));
    }

    public ValueTask<IReadOnlyList<StoreResult>> CommitAsync(
        IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken = default)
    {
        StoreLimits.Validate(operations);
        RequireOpen();
        return new(CommitAsync(StoreOperations.Translate(operations, _options.Access), cancellationToken));
    }

    public ValueTask SyncAsync(CancellationToken cancellationToken = default)
    {
        RequireOpen();
        return new(DoAsync(
            static async (client, path, cancel) =>
            {
                try
                {
                    // A commit that changes nothing, and not ZooKeeper's sync: a leader answers that one to its own clients
                    // at once, though it may not have done yet what a follower has told to its clients already.
                    await client.MultiAsync([new CheckNode(path, -1)], cancel).ConfigureAwait(false);
                }
                catch (RefusedException)
                {
                    // It took its turn among the commits all the same.
                }

                return true;
            },
            "/",
            cancellationToken));
    }

    public async IAsyncEnumerable<StoreEvent> WatchAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        StorePath.Validate(path);
        RequireOpen();
        var watch = new StoreWatch(path);
        var sink = new StoreWatchSink(watch);
        lock (_gate) _watches.Add(watch);
        try
        {
            await DoAsync(
                static async (client, asked, cancel) =>
                {
                    await client.AddWatchAsync(asked.path, asked.sink, cancel).ConfigureAwait(false);
                    return true;
                },
                (path, sink),
                cancellationToken).ConfigureAwait(false);
            if (State == SessionState.Closed) watch.Complete();
            await foreach (var change in watch.ReadAsync(cancellationToken).ConfigureAwait(false)) yield return change;
        }
        finally
        {
            _client.RemoveWatch(path, sink);
            lock (_gate) _watches.Remove(watch);
        }
    }

    public IAsyncEnumerable<StoreFinding> DiagnoseAsync(CancellationToken cancellationToken = default)
    {
        RequireNotClosed();
        return new StoreDiagnosis(_client, _options, _clock).RunAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (State == SessionState.Closed) return;
        _states.Set(SessionState.Closed);
        await _client.DisposeAsync().ConfigureAwait(false);
        lock (_gate) _watches.ForEach(watch => watch.Complete());
    }

    private static SessionState Translate(ClientState state) => state switch
    {
        ClientState.Connected => SessionState.Connected,
        ClientState.Disconnected => SessionState.Disconnected,
        ClientState.Expired => SessionState.Expired,
        _ => SessionState.Closed,
    };

    private async Task<IReadOnlyList<StoreResult>> CommitAsync(NodeOperation[] operations, CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return await SendAsync(operations, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NoNode && _options.Chroot.Length > 0)
            {
                // Without its root nothing could be written any more until the next session.
                if (!await DoAsync(
                    static (client, _, cancel) => client.EnsureChrootAsync(cancel), "/", cancellationToken).ConfigureAwait(false))
                {
                    throw;
                }

                return await SendAsync(operations, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (StoreUnavailableException error) when (error.InnerException is PacketTooLargeException tooLarge && tooLarge.IsRequest)
        {
            throw new ArgumentException(
                tooLarge.Message + " Split the commit, or raise jute.maxbuffer on the servers and Fan:ZooKeeper:MaxRequestBytes here.",
                nameof(operations),
                tooLarge);
        }
    }

    private async Task<IReadOnlyList<StoreResult>> SendAsync(NodeOperation[] operations, CancellationToken cancellationToken) =>
        StoreOperations.Results(operations, await DoAsync(
            static (client, operations, cancel) => client.MultiAsync(operations, cancel),
            operations,
            cancellationToken).ConfigureAwait(false));

    private async Task<TResult> DoAsync<TArgument, TResult>(
        Func<ZooKeeperClient, TArgument, CancellationToken, Task<TResult>> work, TArgument argument, CancellationToken cancellationToken)
    {
        try
        {
            return await work(_client, argument, cancellationToken).ConfigureAwait(false);
        }
        catch (ZooKeeperException error)
        {
            RequireNotClosed();
            throw ZooKeeperErrors.Explain(DisplayName, error);
        }
    }

    private void RequireOpen()
    {
        RequireNotClosed();
        if (State == SessionState.None) throw new InvalidOperationException("The store is not open.");
    }

    private void RequireNotClosed() => ObjectDisposedException.ThrowIf(State == SessionState.Closed, this);
}
