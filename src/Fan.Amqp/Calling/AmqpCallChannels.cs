using Fan.Amqp.Connections;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>The channel for calls of one kind, opened when it is first wanted and again when it has ended. Safe from any thread.</summary>
internal sealed class AmqpCallChannels(
    BrokerConnection broker, Func<IConnection, CancellationToken, Task<AmqpCallChannel>> open) : IAsyncDisposable, IDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private AmqpCallChannel? _current;
    private bool _isDisposed;

    /// <summary>The channel for a call.</summary>
    /// <exception cref="EndpointUnreachableException">There is none.</exception>
    public ValueTask<AmqpCallChannel> GetAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        if (broker.Blocked is { } reason)
        {
            throw new EndpointUnreachableException(call.Endpoint, $"The broker at {broker.Where} takes no messages for now: {reason}.");
        }

        return Volatile.Read(ref _current) is { IsUsable: true } current ? new(current) : OpenAsync(call, cancellationToken);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _opening.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _opening.WaitAsync().ConfigureAwait(false);
        if (_current is { } current) await current.DisposeAsync().ConfigureAwait(false);
        _opening.Dispose();
    }

    private async ValueTask<AmqpCallChannel> OpenAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        try
        {
            await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (_current is { IsUsable: true } current) return current;
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                var connection = await broker.OpenAsync(cancellationToken).ConfigureAwait(false);
                var opened = await open(connection, cancellationToken).ConfigureAwait(false);
                var before = Interlocked.Exchange(ref _current, opened);
                if (before is not null) await before.DisposeAsync().ConfigureAwait(false);
                return opened;
            }
            finally
            {
                _opening.Release();
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw new EndpointUnreachableException(
                call.Endpoint,
                error is BrokerAwayException ? error.Message : $"The broker at {broker.Where} can't be used: {error.Message}",
                error);
        }
    }
}
