namespace Fan.Amqp.Queues;

/// <summary>
/// The ids of messages that this process has handled for one queue, for a time: the broker has no memory for them. Safe from any thread.
/// </summary>
internal sealed class AmqpHandledIds(TimeSpan time, TimeProvider clock)
{
    private const int MaxIds = 1_000_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, TaskCompletionSource?> _ids = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long At)> _inOrder = new();

    /// <summary>
    /// Begins to handle a message; false where it was handled. Waits for the one that is being handled under the same id.
    /// </summary>
    public async ValueTask<bool> TryBeginAsync(string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task other;
            lock (_gate)
            {
                Forget();
                if (_ids.TryAdd(id, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))) return true;
                if (_ids[id] is not { } running) return false;
                other = running.Task;
            }

            await other.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it.</summary>
    public void End(string id, bool isHandled)
    {
        lock (_gate)
        {
            if (!_ids.Remove(id, out var running)) return;
            if (isHandled)
            {
                _ids[id] = null;
                _inOrder.Enqueue((id, clock.GetTimestamp()));
            }

            running?.TrySetResult();
        }
    }

    private void Forget()
    {
        while (_inOrder.TryPeek(out var oldest) && (_inOrder.Count > MaxIds || clock.GetElapsedTime(oldest.At) > time))
        {
            _inOrder.Dequeue();
            if (_ids.TryGetValue(oldest.Id, out var running) && running is null) _ids.Remove(oldest.Id);
        }
    }
}
