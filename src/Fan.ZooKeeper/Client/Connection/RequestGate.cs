namespace Fan.ZooKeeper.Client;

/// <summary>Bounds what is in flight, by number and by bytes. Who comes when it is full waits, in order. Safe from any thread.</summary>
internal sealed class RequestGate(int maxRequests, long maxBytes, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private int _requests;
    private long _bytes;

    /// <summary>What is inside at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _requests;
        }
    }

    /// <summary>Waits for room. One that is larger than all the room gets in alone.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    public ValueTask EnterAsync(int bytes, TimeSpan limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_waiting.Count == 0 && TryEnter(bytes)) return default;
            return new ValueTask(WaitAsync(_waiting.AddLast(new Waiter(bytes)), limit, cancellationToken));
        }
    }

    public void Leave(int bytes)
    {
        lock (_lock)
        {
            _requests--;
            _bytes -= bytes;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<Waiter> node, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await node.Value.Admitted.Task.WaitAsync(limit, clock, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                if (node.List is not null)
                {
                    _waiting.Remove(node);
                    Admit();
                    throw;
                }
            }

            // It was let in at this very moment.
            Leave(node.Value.Bytes);
            throw;
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && TryEnter(first.Value.Bytes))
        {
            _waiting.RemoveFirst();
            first.Value.Admitted.SetResult();
        }
    }

    private bool TryEnter(int bytes)
    {
        if (_requests > 0 && (_requests >= maxRequests || _bytes + bytes > maxBytes)) return false;
        _requests++;
        _bytes += bytes;
        return true;
    }

    private sealed class Waiter(int bytes)
    {
        public int Bytes => bytes;

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
