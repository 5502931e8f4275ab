using System.Collections.Concurrent;
using Fan.Ipc.Connections;
using Fan.Messaging;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Serving;

/// <summary>Accepts connections and owns them until they end. Safe from any thread.</summary>
internal sealed class WireListener(
    IAcceptor acceptor, string transport, WireSettings settings, CallServer server, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<ServerConnection, bool> _connections = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;
    private readonly ConnectionSeats _seats = new(settings.Options.MaxConnections, settings.Clock);
    private int _refused;

    public void Start()
    {
        // A call must not see the context of whoever started the application.
        using (ExecutionContext.SuppressFlow()) _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Accepts no more, and waits until the calls that are open have ended; when cancelled it breaks them off.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        acceptor.Dispose();
        await _accepting.ConfigureAwait(false);
        foreach (var connection in _connections.Keys) connection.GoAway();
        var all = Task.WhenAll(_running.Keys);
        try
        {
            await all.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            foreach (var connection in _connections.Keys) connection.Close(new IOException("the application has stopped"));
            await all.ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        acceptor.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var accepted = await acceptor.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                var running = RunAsync(accepted);
                _running[running] = true;
                // It may have ended before it was in the table.
                _ = running.ContinueWith(
                    static (ended, table) => ((ConcurrentDictionary<Task, bool>)table!).TryRemove(ended, out _),
                    _running,
                    TaskScheduler.Default);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IOException error)
            {
                // E.g. no more file descriptors: what is connected goes on, and one of them will end.
                WireLog.AcceptFailed(logger, transport, error.Message);
                try
                {
                    await Task.Delay(AcceptPause, settings.Clock, _stopping.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }
        }
    }

    // Never fails.
    private async Task RunAsync(IDisposable accepted)
    {
        using var time = new CancellationTokenSource(settings.Options.ConnectTimeout, settings.Clock);
        // By the pool: what the end of a connection sets off must not hold up whoever accepts.
        var seat = _seats.TryTake(() => ThreadPool.UnsafeQueueUserWorkItem(static late => Expire(late), time, preferLocal: false));
        try
        {
            if (seat is null) await RefuseAsync(accepted, time.Token).ConfigureAwait(false);
            else await ServeAsync(accepted, seat, time.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Whatever a stranger's handshake ended with.
            accepted.Dispose();
            WireLog.OpenFailed(
                logger,
                transport,
                error is OperationCanceledException && !_stopping.IsCancellationRequested ? "it took too long" : error.Message);
        }
        finally
        {
            if (seat is not null) _seats.Leave(seat);
        }
    }

    private async Task ServeAsync(IDisposable accepted, ConnectionSeat seat, CancellationToken time)
    {
        var connection = await OpenAsync(accepted, time).ConfigureAwait(false);
        connection.Start();
        if (_stopping.IsCancellationRequested) connection.GoAway();
        await connection.Greeted.WaitAsync(time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!connection.Greeted.IsCompleted || !_seats.TrySettle(seat))
        {
            connection.Close(new IOException(
                $"it did not say hello within {settings.Options.ConnectTimeout.TotalSeconds:0.###} s, or others needed its place"));
        }

        await EndAsync(connection).ConfigureAwait(false);
    }

    private static void Expire(CancellationTokenSource time)
    {
        try
        {
            time.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    private async Task RefuseAsync(IDisposable accepted, CancellationToken time)
    {
        try
        {
            // Telling why takes a place too.
            if (Interlocked.Increment(ref _refused) > settings.Options.MaxConnections)
            {
                throw new IOException($"{settings.Options.MaxConnections} connections are open, and as many are being refused");
            }

            var connection = await OpenAsync(accepted, time).ConfigureAwait(false);
            connection.Start(greets: false);
            connection.EndWith(
                new WireError
                {
                    Code = ErrorCodes.LimitExceeded,
                    Message =
                        $"{settings.Options.MaxConnections} connections are open already ({nameof(settings.Options.MaxConnections)}).",
                    Place = nameof(settings.Options.MaxConnections)
                },
                new IOException("there are too many connections"));
            await EndAsync(connection).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _refused);
        }
    }

    private async Task EndAsync(ServerConnection connection)
    {
        await connection.Ended.ConfigureAwait(false);
        _connections.TryRemove(connection, out _);
        if (connection.Broken is SilentPeerException silent) WireLog.GivenUp(logger, transport, connection.PeerName, silent.Message);
        else WireLog.Ended(logger, transport, connection.PeerName, connection.Broken?.Message);
    }

    private async ValueTask<ServerConnection> OpenAsync(IDisposable accepted, CancellationToken time)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time, _stopping.Token);
        var link = await acceptor.OpenAsync(accepted, either.Token).ConfigureAwait(false);
        var connection = new ServerConnection(link, settings, server, transport);
        _connections[connection] = true;
        return connection;
    }
}
