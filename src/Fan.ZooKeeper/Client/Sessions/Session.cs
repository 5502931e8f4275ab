using Microsoft.Extensions.Logging;

namespace Fan.ZooKeeper.Client;

/// <summary>
/// A session that outlives its connections: one owner task finds the next server when a connection breaks, and opens a new
/// session when the old one has expired. Safe from any thread.
/// </summary>
internal sealed class Session(
    ZooKeeperClientOptions options, TimeProvider clock, ILogger logger, Action<ClientState> onState) : IAsyncDisposable
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly WatchTable _watches = new();
    private readonly HostRotation _hosts = new(options.Servers, clock);
    private SessionOpener? _opener;
    private TaskCompletionSource<EnsembleConnection> _ready = NotReady();
    private EnsembleConnection? _current;
    private Task _owner = Task.CompletedTask;
    private long _sessionId;
    private string _trouble = "the session is not open";
    private bool _closed;

    public long Id => Volatile.Read(ref _sessionId);

    /// <summary>What was agreed on with the servers; zero before the first session.</summary>
    public TimeSpan Timeout { get; private set; }

    /// <summary>How long the session is known to be held; zero when that can't be known.</summary>
    public TimeSpan LeaseRemaining
    {
        get
        {
            if (Volatile.Read(ref _current) is not { Ended.IsCompleted: false } current) return TimeSpan.Zero;
            var left = Timeout - clock.GetElapsedTime(current.Confirmed);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The server that is connected at this moment; null while there is none.</summary>
    public string? Server => Volatile.Read(ref _current) is { Ended.IsCompleted: false } current ? current.Server : null;

    /// <summary>The session's secret, for who wants to go on with it elsewhere.</summary>
    internal byte[] Password => _opener!.Ticket.Password;

    public WatchTable Watches => _watches;

    /// <summary>Opens a session, trying the servers for some seconds. May be called again after it failed.</summary>
    /// <exception cref="NoStoreException">There is no store where one must be.</exception>
    /// <exception cref="NotConnectedException">No server gave one; the message has the last reason.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _opener ??= new SessionOpener(options, _watches, clock, logger);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token, cancellationToken);
        var since = clock.GetTimestamp();
        while (true)
        {
            if (await TryServerAsync(isFirst: true, stopping.Token).ConfigureAwait(false) is { } open)
            {
                if (_closing.IsCancellationRequested)
                {
                    open.Connection.End(new ConnectionEndedException("The client was disposed."));
                    throw new ObjectDisposedException(nameof(ZooKeeperClient));
                }

                Publish(open);
                using (ExecutionContext.SuppressFlow()) _owner = Task.Run(() => RunAsync(open.Connection), CancellationToken.None);
                return;
            }

            if (clock.GetElapsedTime(since) > OpenLimit) throw new NotConnectedException(_trouble);
            await _hosts.PauseAfterFailureAsync(longest: null, stopping.Token).ConfigureAwait(false);
        }
    }

    /// <summary>The connection for the next request; waits for one.</summary>
    /// <exception cref="NotConnectedException">There was none in time.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<EnsembleConnection> ConnectionAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        // One that has ended but is still the current one would be taken again and again.
        return _current is { Ended.IsCompleted: false } current ? new(current) : WaitAsync(limit, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        EnsembleConnection? current;
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            current = _current;
        }

        if (current is not null) await CloseAsync(current).ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        await _owner.ConfigureAwait(false);
        lock (_gate)
        {
            _current = null;
            _ready.TrySetException(new ObjectDisposedException(nameof(ZooKeeperClient)));
            _ = _ready.Task.Exception;
        }

        _closing.Dispose();
    }

    /// <summary>Makes the chroot again where somebody has deleted it under the session.</summary>
    /// <returns>Whether it was missing.</returns>
    /// <exception cref="ZooKeeperException">There is no connection within <paramref name="limit"/>, or it can't be made.</exception>
    public async Task<bool> EnsureChrootAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var connection = await WaitAsync(limit, cancellationToken).ConfigureAwait(false);
        if (!await _opener!.EnsureChrootAsync(connection, cancellationToken).ConfigureAwait(false)) return false;
        ClientLog.ChrootMade(logger, options.Chroot);
        return true;
    }

    private static TaskCompletionSource<EnsembleConnection> NotReady() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async ValueTask<EnsembleConnection> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        Task<EnsembleConnection> ready;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, typeof(ZooKeeperClient));
            if (_current is { Ended.IsCompleted: true }) Lose(_trouble);
            ready = _ready.Task;
        }

        try
        {
            return await ready.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new NotConnectedException(_trouble, error);
        }
    }

    private async Task RunAsync(EnsembleConnection connection)
    {
        try
        {
            while (true)
            {
                var loss = await connection.Ended.ConfigureAwait(false);
                if (_closing.IsCancellationRequested) return;
                _opener!.LastZxid = loss.LastZxid;
                lock (_gate)
                {
                    if (_closed) return;
                    Lose(loss.Reason.Message);
                }

                ClientLog.ConnectionLost(logger, Id, loss.Reason.Message);
                onState(ClientState.Disconnected);
                await _hosts.PauseAfterConnectionAsync(_closing.Token).ConfigureAwait(false);
                var open = await ReconnectAsync(_closing.Token).ConfigureAwait(false);
                loss.ResumedZxid = open.Connection.LastZxid;
                Publish(open);
                connection = open.Connection;
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed while it looked for a server.
        }
        catch (Exception error)
        {
            ClientLog.OwnerFailed(logger, error);
            lock (_gate) _ready.TrySetException(new NotConnectedException($"The session's owner failed: {error.Message}", error));
        }
    }

    private async Task<OpenSession> ReconnectAsync(CancellationToken cancellationToken)
    {
        var since = clock.GetTimestamp();
        while (true)
        {
            // Nobody took the session for as long as it lives. The tree may have been restored from older data, to which every
            // server would refuse whoever has seen more; the sync that follows keeps what is read from going back otherwise.
            if (clock.GetElapsedTime(since) >= Timeout) _opener!.LastZxid = 0;
            if (await TryServerAsync(isFirst: false, cancellationToken).ConfigureAwait(false) is { } open) return open;
            // Pauses have grown long by then: a restored store would stand there without its applications.
            var left = Timeout - clock.GetElapsedTime(since);
            await _hosts.PauseAfterFailureAsync(_opener!.LastZxid != 0 ? left : null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<OpenSession?> TryServerAsync(bool isFirst, CancellationToken cancellationToken)
    {
        var server = _hosts.Next();
        try
        {
            try
            {
                return await _opener!.OpenAsync(server, cancellationToken).ConfigureAwait(false);
            }
            catch (SessionExpiredException)
            {
                if (_sessionId == _opener!.Ticket.SessionId)
                {
                    ClientLog.SessionExpired(logger, _sessionId);
                    onState(ClientState.Expired);
                }

                _opener.Forget();
                return await _opener.OpenAsync(server, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException && !(isFirst && error is NoStoreException))
        {
            // Whatever it was, the session must go on when a server can be used again.
            ClientLog.ServerNotUsable(logger, error.Message);
            _trouble = error.Message;
            return null;
        }
    }

    private void Publish(OpenSession open)
    {
        _hosts.NoteSuccess();
        Timeout = open.Ticket.Timeout;
        Volatile.Write(ref _sessionId, open.Ticket.SessionId);
        lock (_gate)
        {
            _current = open.Connection;
            _ready.TrySetResult(open.Connection);
        }

        onState(ClientState.Connected);
        _watches.NoteRearmed(open.Armed, open.Connection);
    }

    // Under the gate.
    private void Lose(string trouble)
    {
        _trouble = trouble;
        if (_current is null) return;
        _current = null;
        _ready = NotReady();
    }

    private async Task CloseAsync(EnsembleConnection connection)
    {
        var request = new CloseSessionRequest();
        try
        {
            if (connection.TrySend(request)) await request.Done.WaitAsync(CloseLimit, clock, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ZooKeeperException or TimeoutException)
        {
            ClientLog.CloseFailed(logger, error.Message);
        }
        finally
        {
            connection.End(new ConnectionEndedException("The client was disposed."));
            await connection.Ended.ConfigureAwait(false);
        }
    }
}
