using Fan.Database.Queues;
using Fan.Queues;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Database.Outbox;

/// <summary>
/// Sends what transactions left in the outbox over the transports that it is for. As the outbox is a queue, a key is in the hand of one
/// relay at a time, over all processes, in order. Owns its tasks.
/// </summary>
internal sealed class OutboxRelay(
    DatabaseQueueTransport outbox,
    IEnumerable<IQueueTransport> transports,
    IOptions<FanOptions> application,
    TimeProvider clock,
    ILogger<OutboxRelay> logger)
    : IHostedService, IDisposable
{
    private const int MaxRefusals = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _breaking = new();
    private Task _relaying = Task.CompletedTask;
    private bool _isDisposed;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _relaying = Task.WhenAll(transports.Where(transport => transport is not DatabaseQueueTransport && transport.IsDurable)
                .Select(transport => Task.Run(() => RelayAsync(transport), CancellationToken.None)));
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // A host may be stopped after it was disposed.
        if (_isDisposed) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await using (cancellationToken.UnsafeRegister(
            static breaking => ((CancellationTokenSource)breaking!).Cancel(), _breaking).ConfigureAwait(false))
            await _relaying.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _isDisposed = true;
        _stopping.Dispose();
        _breaking.Dispose();
    }

    private async Task RelayAsync(IQueueTransport transport)
    {
        var queue = new QueueName(OutboxMessage.Service, transport.Name);
        var subscription = new QueueSubscription
        {
            Queue = queue,
            Policy = DatabaseOutbox.Policy,
            Consumer = application.Value.Name ?? "fan",
            Concurrency = 8,
            Prefetch = 64
        };
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await outbox.DeclareAsync(queue, DatabaseOutbox.Policy, _stopping.Token).ConfigureAwait(false);
                var consumer = await outbox.ConsumeAsync(
                    subscription,
                    (delivery, cancellationToken) => ForwardAsync(transport, delivery, cancellationToken),
                    _stopping.Token).ConfigureAwait(false);
                await using var ending = consumer.ConfigureAwait(false);
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await consumer.StopAsync(_breaking.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Whatever it is, what transactions left must be sent.
                OutboxLog.Waits(logger, transport.Name, error.Message);
                await Task.Delay(Pause, clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async ValueTask<QueueSettlement> ForwardAsync(
        IQueueTransport transport, QueueDelivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(OutboxMessage.Restore(delivery.Message), cancellationToken).ConfigureAwait(false);
            return QueueSettlement.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return QueueSettlement.Release;
        }
        catch (Exception error) when (IsForGood(error) || (error is NoSuchServiceException && delivery.Attempt >= MaxRefusals))
        {
            OutboxLog.GivesUp(logger, delivery.Message.Method, transport.Name, error.Message);
            return QueueSettlement.Dead(
                error is NoSuchServiceException ? "no_such_service" : DeadLetterReasons.Rejected, error.Message, error.GetType().FullName);
        }
        catch (Exception error)
        {
            OutboxLog.Retries(logger, delivery.Message.Method, transport.Name, delivery.Attempt, error.Message);
            var pause = FirstRetry * Math.Pow(2, Math.Min(delivery.Attempt - 1, 20));
            return QueueSettlement.Retry(pause < LastRetry ? pause : LastRetry, error.Message, error.GetType().FullName);
        }
    }

    // A queue that is full has room again some time; a message that is too large never becomes smaller.
    private static bool IsForGood(Exception error) =>
        error is ArgumentException or FormatException or LimitExceededException { Limit: not nameof(QueuePolicy.MaxMessages) };
}
