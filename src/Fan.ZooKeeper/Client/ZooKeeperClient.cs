using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper.Client;

/// <summary>
/// A client of a ZooKeeper ensemble (3.6 and later): one session over one connection at a time. Requests wait for room and for
/// a connection; reads whose connection breaks are asked again, writes are reported as <see cref="ConnectionLossException"/>
/// unless what they did can be known. Safe from any thread.
/// </summary>
internal sealed class ZooKeeperClient : IAsyncDisposable
{
    private readonly ZooKeeperClientOptions _options;
    private readonly TimeProvider _clock;
    private readonly RequestGate _room;
    private readonly Session _session;

    /// <param name="options">Servers, session, credentials, bounds.</param>
    /// <param name="clock">Every time limit is measured on its monotonic clock.</param>
    /// <param name="logger">Told of sessions that open, break and expire.</param>
    /// <param name="onState">Told of every state in order; must neither block nor throw.</param>
    public ZooKeeperClient(ZooKeeperClientOptions options, TimeProvider clock, ILogger logger, Action<ClientState> onState)
    {
        _options = options;
        _clock = clock;
        _room = new RequestGate(options.MaxRequestsInFlight, options.MaxBytesInFlight, clock);
        _session = new Session(options, clock, logger, onState);
    }

    /// <summary>The id of the current session; 0 before the first.</summary>
    public long SessionId => _session.Id;

    /// <summary>How long the session is known to be held, without another word from the servers; zero when that can't be known.</summary>
    public TimeSpan LeaseRemaining => _session.LeaseRemaining;

    /// <summary>The session itself.</summary>
    internal Session Session => _session;

    /// <summary>How many requests are on their way or wait for a connection.</summary>
    public int InFlight => _room.Count;

    /// <summary>Opens the session. May be called again after it failed.</summary>
    /// <exception cref="NotConnectedException">No server gave one within some seconds.</exception>
    public Task OpenAsync(CancellationToken cancellationToken = default) => _session.OpenAsync(cancellationToken);

    /// <summary>Reads a node; null where there is none.</summary>
    public Task<NodeContent?> GetAsync(string path, CancellationToken cancellationToken = default) =>
        AskAsync(new GetDataRequest(path), cancellationToken);

    /// <summary>What is known of a node beside its data; null where there is none.</summary>
    public Task<NodeStat?> ExistsAsync(string path, CancellationToken cancellationToken = default) =>
        AskAsync(new ExistsRequest(path), cancellationToken);

    /// <summary>The names of a node's children, in no order; null where the node does not exist.</summary>
    public Task<string[]?> GetChildrenAsync(string path, CancellationToken cancellationToken = default) =>
        AskAsync(new GetChildrenRequest(path), cancellationToken);

    /// <summary>The ephemeral nodes of this session whose paths begin with <paramref name="prefix"/>.</summary>
    public Task<string[]> GetEphemeralsAsync(string prefix, CancellationToken cancellationToken = default) =>
        AskAsync(new GetEphemeralsRequest(prefix), cancellationToken);

    /// <summary>Who may do what with a node.</summary>
    public Task<IReadOnlyList<AccessRule>> GetAclAsync(string path, CancellationToken cancellationToken = default) =>
        AskAsync(new GetAclRequest(path), cancellationToken);

    /// <summary>Says who may do what with a node.</summary>
    public Task<NodeStat> SetAclAsync(string path, IReadOnlyList<AccessRule> rules, CancellationToken cancellationToken = default) =>
        AskAsync(new SetAclRequest(path, rules), cancellationToken);

    /// <summary>Does all operations or none.</summary>
    /// <remarks>
    /// A single creation of an ephemeral node whose answer was lost is looked for when the session goes on, so that it does not stay behind
    /// unknown.
    /// </remarks>
    /// <exception cref="RefusedException">One could not be done; nothing was.</exception>
    /// <exception cref="ConnectionLossException">The answer was lost: whether they were done is unknown.</exception>
    public async Task<OperationResult[]> MultiAsync(IReadOnlyList<NodeOperation> operations, CancellationToken cancellationToken = default)
    {
        try
        {
            Request<OperationResult[]> request = operations is [var single] && SingleRequest.Exists(single)
                ? new SingleRequest(single)
                : new MultiRequest(operations);
            return await AskAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (ConnectionLossException lost) when (operations is [CreateNode { IsEphemeral: true }])
        {
            if (await new LostCreation(
                this, (CreateNode)operations[0], lost.Loss).FindAsync(cancellationToken).ConfigureAwait(false) is { } found)
            {
                return [found];
            }

            throw;
        }
    }

    /// <summary>Makes the chroot again where somebody has deleted it.</summary>
    /// <returns>Whether it was missing.</returns>
    public Task<bool> EnsureChrootAsync(CancellationToken cancellationToken = default) =>
        _session.EnsureChrootAsync(_options.RequestTimeout, cancellationToken);

    /// <summary>Follows a node and everything below it; returns when the watch is armed.</summary>
    public async Task AddWatchAsync(string path, IWatchSink sink, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = new AddWatchRequest(path).EstimateBytes;
        await EnterAsync(bytes, cancellationToken).ConfigureAwait(false);
        _session.Watches.Add(path, sink);
        try
        {
            await ArmAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _session.Watches.Remove(path, sink);
            throw;
        }
        finally
        {
            _room.Leave(bytes);
        }
    }

    /// <summary>Follows no more. Events that are on their way already may still come.</summary>
    public void RemoveWatch(string path, IWatchSink sink) => _session.Watches.Remove(path, sink);

    /// <summary>Closes the session: its ephemeral nodes go.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task ArmAsync(string path, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        while (true)
        {
            var connection = await _session.ConnectionAsync(Left(since), cancellationToken).ConfigureAwait(false);
            try
            {
                await _session.Watches.ArmAsync(path, connection).WaitAsync(cancellationToken).ConfigureAwait(false);
                _session.Watches.NoteArmed(path, connection);
                return;
            }
            catch (Exception error) when (error is ConnectionLossException or ConnectionEndedException)
            {
                // The next connection arms it.
                await connection.Ended.ConfigureAwait(false);
            }
        }
    }

    private async Task<T> AskAsync<T>(Request<T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var since = _clock.GetTimestamp();
        var bytes = request.EstimateBytes;
        if (bytes > _options.MaxRequestBytes)
        {
            throw new PacketTooLargeException(
                $"The request on '{request.Path}' has more than {bytes} bytes; " +
                $"servers take at most {_options.MaxRequestBytes} (their jute.maxbuffer).",
                isRequest: true);
        }

        await EnterAsync(bytes, cancellationToken).ConfigureAwait(false);
        Task<T>? sent = null;
        try
        {
            while (true)
            {
                var connection = await _session.ConnectionAsync(Left(since), cancellationToken).ConfigureAwait(false);
                if (!connection.TrySend(request))
                {
                    await connection.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
                    continue;
                }

                sent = request.Done;
                try
                {
                    return await sent.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (ConnectionLossException) when (request.IsRepeatable && Left(since) > TimeSpan.Zero)
                {
                    request.Renew();
                    sent = null;
                }
            }
        }
        finally
        {
            // One that its caller left takes its room until its answer is there.
            if (sent is { IsCompleted: false })
            {
                _ = sent.ContinueWith(
                    (_, _) => _room.Leave(bytes),
                    null,
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
            }
            else
            {
                _room.Leave(bytes);
            }
        }
    }

    private async ValueTask EnterAsync(int bytes, CancellationToken cancellationToken)
    {
        try
        {
            await _room.EnterAsync(bytes, _options.RequestTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new NotConnectedException(
                $"the requests in flight, at most {_options.MaxRequestsInFlight} with {_options.MaxBytesInFlight} bytes, " +
                $"left no room for {_options.RequestTimeout.TotalSeconds:0.#} s", error);
        }
    }

    private TimeSpan Left(long since) => _options.RequestTimeout - _clock.GetElapsedTime(since);
}
