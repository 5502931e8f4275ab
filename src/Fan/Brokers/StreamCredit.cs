namespace Fan.Brokers;

/// <summary>The serving side of a stream: how many bytes of items it may still send. Safe from any thread.</summary>
internal sealed class StreamCredit
{
    private const int Most = 1 << 30;

    private readonly Lock _gate = new();
    private TaskCompletionSource? _waiting;
    private long _left;
    private bool _isStopped;

    /// <summary>More may be sent.</summary>
    public void Grant(long bytes)
    {
        lock (_gate)
        {
            _left = Math.Min(_left + Math.Clamp(bytes, 0, Most), Most);
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Nobody grants any more: whoever waits goes on, and looks why.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _waiting?.TrySetResult();
        }
    }

    /// <summary>Takes what an item costs; where nothing is left it waits for <paramref name="more"/>. One item may go beyond.</summary>
    public bool TryTake(int bytes, out Task more)
    {
        lock (_gate)
        {
            more = Task.CompletedTask;
            if (_left > 0)
            {
                _left -= bytes + StreamWindow.ItemCost;
                return true;
            }

            if (_isStopped) return false;
            if (_waiting is null or { Task.IsCompleted: true }) _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            more = _waiting.Task;
            return false;
        }
    }
}
