using System.Collections.Concurrent;
using Fan.Ipc.Connections;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Serving;

/// <summary>Accepts connections and owns them until they end. Safe from any thread.</summary>
internal sealed class WireListener(IAcceptor acceptor, string transport, WireSettings settings, CallServer server, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<ServerConnection, bool> _connections = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;
    private int _count;

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
                _ = running.ContinueWith(static (ended, table) => ((ConcurrentDictionary<Task, bool>)table!).TryRemove(ended, out _), _running, TaskScheduler.Default);
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
        var count = Interlocked.Increment(ref _count);
        try
        {
            var link = await OpenAsync(accepted).ConfigureAwait(false);
            var connection = new ServerConnection(link, settings, server, transport);
            _connections[connection] = true;
            var isTooMuch = count > settings.Options.MaxConnections;
            connection.Start(greets: !isTooMuch);
            if (isTooMuch)
                connection.EndWith(new WireError { Code = ErrorCodes.LimitExceeded, Message = $"{settings.Options.MaxConnections} connections are open already ({nameof(settings.Options.MaxConnections)}).", Place = nameof(settings.Options.MaxConnections) }, new IOException("there are too many connections"));
            if (_stopping.IsCancellationRequested) connection.GoAway();
            await connection.Ended.ConfigureAwait(false);
            _connections.TryRemove(connection, out _);
            WireLog.Ended(logger, transport, link.Peer, connection.Broken?.Message);
        }
        catch (Exception error)
        {
            // Whatever a stranger's handshake ended with.
            accepted.Dispose();
            WireLog.OpenFailed(logger, transport, error.Message);
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private async ValueTask<WireLink> OpenAsync(IDisposable accepted)
    {
        using var time = new CancellationTokenSource(settings.Options.ConnectTimeout, settings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, _stopping.Token);
        return await acceptor.OpenAsync(accepted, either.Token).ConfigureAwait(false);
    }
}
