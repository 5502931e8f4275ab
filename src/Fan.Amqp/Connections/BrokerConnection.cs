using Fan.Brokers;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fan.Amqp.Connections;

/// <summary>
/// One connection to the broker, opened when it is first wanted, and again whenever it broke. One owner task. Safe from any thread.
/// </summary>
internal sealed class BrokerConnection(BrokerAddress address, string name, TimeProvider clock, ILogger logger)
    : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromMilliseconds(500);

    // It reads nothing, so it will not answer.
    private static readonly TimeSpan BlockedCloseTimeout = TimeSpan.FromMilliseconds(100);

    // A connection that did not live that long was no success: some brokers let one in and throw it out.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<IConnection> _attempt = NewAttempt();
    private TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task? _running;
    private long _openedAgain;
    private bool _wasLost;
    private volatile string? _blocked;
    private CancellationTokenSource _blocking = new();

    /// <summary>Where the broker is, for people.</summary>
    public string Where => address.Text;

    /// <summary>Whether it came back a short time ago after a loss: the broker may have come back too, and not be ready for all.</summary>
    public bool IsFresh => Volatile.Read(ref _openedAgain) is > 0 and var since && clock.GetElapsedTime(since) < Fresh;

    /// <summary>Why it can't be used at the moment; null when nothing is known to be wrong.</summary>
    public string? Trouble =>
        Volatile.Read(ref _attempt).Task is { IsFaulted: true } failed ? failed.Exception!.InnerException!.Message : _blocked;

    /// <summary>Why the broker takes no messages on it at the moment; null when it does.</summary>
    public string? Blocked => _blocked;

    /// <summary>Cancelled when the broker says that it takes no messages on the connection that there is.</summary>
    public CancellationToken BlockedToken => Volatile.Read(ref _blocking).Token;

    /// <summary>The open connection, or what comes of the attempt under way; while attempts fail, what the last one ended with.</summary>
    /// <exception cref="BrokerAwayException">It can't be opened.</exception>
    public ValueTask<IConnection> OpenAsync(CancellationToken cancellationToken)
    {
        Start();
        var attempt = Volatile.Read(ref _attempt).Task;
        return attempt.IsCompletedSuccessfully ? new(attempt.Result) : new(attempt.WaitAsync(cancellationToken));
    }

    /// <summary>The open connection, as soon as there is one.</summary>
    /// <exception cref="ObjectDisposedException">There will be none.</exception>
    public async Task<IConnection> OpenedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var opened = Volatile.Read(ref _opened).Task;
            try
            {
                return await OpenAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (BrokerAwayException)
            {
                await opened.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _closing.Cancel();

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task? running;
        lock (_gate) running = _running;
        if (running is not null) await running.ConfigureAwait(false);
    }

    private void Start()
    {
        if (Volatile.Read(ref _running) is not null) return;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            _running ??= Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        var pause = new BackOff(clock);
        while (!_closing.IsCancellationRequested)
        {
            IConnection connection;
            try
            {
                connection = await address.ConnectAsync(name, _closing.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                if (_closing.IsCancellationRequested) break;
                Failed(new BrokerAwayException($"The broker at {Where} can't be reached: {Reason(error)}", error));
                await pause.WaitAsync(_closing.Token).ConfigureAwait(false);
                continue;
            }

            var since = clock.GetTimestamp();
            var reason = await LiveAsync(connection).ConfigureAwait(false);
            await EndAsync(connection).ConfigureAwait(false);
            Unblock();
            if (_closing.IsCancellationRequested) break;
            BrokerLog.Lost(logger, name, Where, reason);
            _wasLost = true;
            if (clock.GetElapsedTime(since) > Settled) pause.Reset();
            else await pause.WaitAsync(_closing.Token).ConfigureAwait(false);
        }

        lock (_gate)
        {
            var stopped = new ObjectDisposedException(nameof(BrokerConnection), "the application has stopped");
            if (!_attempt.TrySetException(stopped)) (_attempt = NewAttempt()).SetException(stopped);
            _ = _attempt.Task.Exception;
            _opened.TrySetResult();
        }
    }

    // Until it ends; returns why it did.
    private async Task<string> LiveAsync(IConnection connection)
    {
        var ended = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.ConnectionShutdownAsync += (_, shutdown) =>
        {
            ended.TrySetResult(Reason(shutdown));
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, blocked) =>
        {
            _blocked = blocked.Reason;
            BrokerLog.Blocked(logger, name, Where, blocked.Reason);
            return Volatile.Read(ref _blocking).CancelAsync();
        };
        connection.ConnectionUnblockedAsync += (_, _) =>
        {
            Unblock();
            BrokerLog.Unblocked(logger, name, Where);
            return Task.CompletedTask;
        };
        if (!connection.IsOpen) ended.TrySetResult(connection.CloseReason is { } reason ? Reason(reason) : "it was closed");
        Opened(connection);
        await ((Task)ended.Task.WaitAsync(_closing.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate) _attempt = NewAttempt();
        return ended.Task.IsCompletedSuccessfully ? ended.Task.Result : "the application has stopped";
    }

    private void Opened(IConnection connection)
    {
        BrokerLog.Connected(logger, name, Where);
        if (_wasLost) Volatile.Write(ref _openedAgain, clock.GetTimestamp());
        lock (_gate)
        {
            if (!_attempt.TrySetResult(connection)) (_attempt = NewAttempt()).SetResult(connection);
            _opened.SetResult();
            _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Failed(BrokerAwayException error)
    {
        lock (_gate)
        {
            // Told once for each time that it is away.
            if (_attempt.TrySetException(error)) BrokerLog.Away(logger, name, error.Message);
            else (_attempt = NewAttempt()).SetException(error);
            // Whoever waits is told; that nobody does is no fault.
            _ = _attempt.Task.Exception;
        }
    }

    // Nobody waits for it: what was blocked was cancelled, and a source without a timer holds nothing.
    private void Unblock()
    {
        if (Volatile.Read(ref _blocking).IsCancellationRequested) Volatile.Write(ref _blocking, new CancellationTokenSource());
        _blocked = null;
    }

    private async Task EndAsync(IConnection connection)
    {
        var time = _blocked is null ? CloseTimeout : BlockedCloseTimeout;
        try
        {
            // The library waits longer for a broker that reads nothing than it is told to.
            await CloseAsync(connection, time).WaitAsync(time * 2, clock).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // It ends in any case.
            BrokerLog.CloseFailed(logger, name, error.Message);
        }
    }

    private static async Task CloseAsync(IConnection connection, TimeSpan time)
    {
        try
        {
            if (connection.IsOpen) await connection.CloseAsync(time).ConfigureAwait(false);
        }
        finally
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource<IConnection> NewAttempt() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Reason(ShutdownEventArgs shutdown) => shutdown.Exception?.Message ?? shutdown.ReplyText;

    // The library wraps what happened in a sentence of its own.
    private static string Reason(Exception error)
    {
        var at = error;
        while (at is AggregateException or RabbitMQ.Client.Exceptions.BrokerUnreachableException
            or RabbitMQ.Client.Exceptions.ConnectFailureException
            && at.InnerException is { } inner)
        {
            at = inner;
        }

        return at is OperationCanceledException ? "it did not answer in time" : at.Message;
    }
}
