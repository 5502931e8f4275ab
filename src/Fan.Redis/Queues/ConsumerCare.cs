using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Queues;

/// <summary>
/// What a consumer does beside handling: keeps what it holds, takes back what dead ones held, and moves what became due. Owns the two tasks
/// that do.
/// </summary>
internal sealed class ConsumerCare : IAsyncDisposable
{
    // Of one script call.
    private const int MostKept = 500;
    private const int MostReclaimed = 100;

    private readonly RedisQueues _queues;
    private readonly QueueName _queue;
    private readonly string _consumer;
    private readonly HeldMessages _held;
    private readonly TimeSpan _lease;
    private readonly TimeSpan _poll;
    private readonly Func<Task> _vanished;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Bell _scheduled = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public ConsumerCare(
        RedisQueues queues,
        QueueName queue,
        string consumer,
        HeldMessages held,
        TimeSpan lease,
        TimeSpan poll,
        Func<Task> vanished,
        TimeProvider clock,
        ILogger logger) =>
        (_queues, _queue, _consumer, _held, _lease, _poll, _vanished, _clock, _logger) = (
            queues, queue, consumer, held, lease, poll, vanished, clock, logger);

    public void Start() => _running = Task.WhenAll(Task.Run(KeepAsync), Task.Run(SweepAsync));

    /// <summary>A message is to come again: whoever moves it must know when.</summary>
    public void Scheduled() => _scheduled.Ring();

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task KeepAsync()
    {
        var interval = TimeSpan.FromTicks(Math.Max(_lease.Ticks / 3, TimeSpan.TicksPerMillisecond * 50));
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                foreach (var entries in _held.Entries.Chunk(MostKept))
                {
                    var lost = await _queues.RunAsync(
                        _queues.Scripts.Keep, _queue, [_consumer, .. entries], _stopping.Token).ConfigureAwait(false);
                    foreach (var entry in (string[])lost!) _held.Lose(entry);
                }

                long reclaimed;
                do
                {
                    reclaimed = (long)await _queues.RunAsync(
                        _queues.Scripts.Reclaim, _queue, [_consumer], _stopping.Token).ConfigureAwait(false);
                }
                while (reclaimed >= MostReclaimed);
                if (reclaimed < 0) await _vanished().ConfigureAwait(false);
            }
            catch (Exception error)
            {
                // The next turn comes soon; that the server is away is the reader's to tell.
                if (!_stopping.IsCancellationRequested) RedisQueueLog.CareFailed(_logger, _queue, error.Message);
            }

            await Task.Delay(interval, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SweepAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var pause = _poll;
            try
            {
                if (await _queues.SweepAsync(_queue, _stopping.Token).ConfigureAwait(false) is { } next && next < pause) pause = next;
            }
            catch (Exception error)
            {
                if (!_stopping.IsCancellationRequested) RedisQueueLog.CareFailed(_logger, _queue, error.Message);
            }

            await _scheduled.WaitAsync(pause, _clock, _stopping.Token).ConfigureAwait(false);
        }
    }
}
