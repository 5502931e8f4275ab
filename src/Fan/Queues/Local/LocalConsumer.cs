namespace Fan.Queues.Local;

/// <summary>Takes messages of one queue of this process, as many at once as it may. Owns the tasks that do.</summary>
internal sealed class LocalConsumer : IQueueConsumer
{
    private readonly LocalQueue _queue;
    private readonly QueueHandler _handler;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _breaking = new();
    private readonly Task _working;
    private int _left;
    private int _disposed;

    public LocalConsumer(LocalQueue queue, int concurrency, QueueHandler handler)
    {
        _queue = queue;
        _handler = handler;
        queue.Join(1);
        // Whoever subscribes must not be the caller of all that is handled.
        using (ExecutionContext.SuppressFlow()) _working = Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(WorkAsync)));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _disposed) == 1) return;
        await ConsumerEnd.StopAsync(_stopping, _breaking, _working, cancellationToken).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _left, 1) == 0) _queue.Join(-1);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _stopping.Dispose();
        _breaking.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            LocalQueueEntry entry;
            try
            {
                entry = await _queue.TakeAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            QueueSettlement settlement;
            try
            {
                settlement = await _handler(_queue.Describe(entry), _breaking.Token).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                settlement = QueueSettlement.RetryAtOnce(error);
            }

            _queue.Settle(entry, settlement);
        }
    }
}
