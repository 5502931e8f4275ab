using System.Globalization;
using System.Threading.RateLimiting;
using Fan.Amqp.Connections;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Queues;

/// <summary>
/// Publishes messages that must not be lost: each returns when the broker has it on disk. Many are on their way at once, on one channel.
/// Safe from any thread.
/// </summary>
internal sealed class PushPublisher(BrokerConnection broker) : IAsyncDisposable, IDisposable
{
    // Confirmations that may be outstanding; more wait.
    private const int MaxOutstanding = 1024;

    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly ConcurrencyLimiter _outstanding = new(
        new ConcurrencyLimiterOptions { PermitLimit = MaxOutstanding, QueueLimit = int.MaxValue });
    private IChannel? _channel;

    /// <exception cref="PublishReturnException">No queue takes it.</exception>
    /// <exception cref="PublishException">A queue refuses it.</exception>
    /// <exception cref="LimitExceededException">The broker takes no message as large.</exception>
    /// <exception cref="BrokerAwayException">The broker can't be used; whether it has the message is unknown.</exception>
    public async ValueTask PublishAsync(
        string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (broker.Blocked is { } reason)
        {
            throw new BrokerAwayException($"The broker at {broker.Where} takes no messages for now: {reason}.");
        }

        // A broker tells that it takes nothing when the first message comes, and does not answer that one.
        var blocked = broker.BlockedToken;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, blocked);
        try
        {
            var channel = Volatile.Read(ref _channel) is { IsOpen: true } open ? open : await OpenAsync(either.Token).ConfigureAwait(false);
            await channel.BasicPublishAsync(exchange, routingKey, mandatory: true, properties, body, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (blocked.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerAwayException(
                $"The broker at {broker.Where} takes no messages for now: {broker.Blocked ?? "it was blocked a moment ago"}. " +
                "Whether it keeps this one, and hands it out later, is unknown.",
                error);
        }
        catch (OperationInterruptedException error) when (IsTooLarge(error.ShutdownReason, body.Length))
        {
            // It ends the channel, and those of others that were on their way are sent again: another try of this one would do so each
            // time.
            throw new LimitExceededException(
                "max_message_size",
                $"The payload has {body.Length} bytes, more than the broker at {broker.Where} takes ({error.ShutdownReason!.ReplyText}).",
                error);
        }
        catch (Exception error) when (error is not (PublishException or BrokerAwayException)
            && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw new BrokerAwayException($"The broker at {broker.Where} broke off: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        _opening.Dispose();
        _outstanding.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is { } channel) await ChannelEnd.TryCloseAsync(channel).ConfigureAwait(false);
        Dispose();
    }

    private static bool IsTooLarge(ShutdownEventArgs? reason, int bytes) =>
        reason is { ReplyCode: Constants.PreconditionFailed }
        && reason.ReplyText.Contains(
            string.Create(CultureInfo.InvariantCulture, $"message size {bytes} is larger"), StringComparison.Ordinal);

    private async Task<IChannel> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_channel is { IsOpen: true } open) return open;
            var connection = await broker.OpenAsync(cancellationToken).ConfigureAwait(false);
            var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(true, true, _outstanding), cancellationToken).ConfigureAwait(false);
            Volatile.Write(ref _channel, channel);
            return channel;
        }
        finally
        {
            _opening.Release();
        }
    }
}
