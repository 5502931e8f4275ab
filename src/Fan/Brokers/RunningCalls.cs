using System.Collections.Concurrent;

namespace Fan.Brokers;

/// <summary>The calls that are being served on one link. Safe from any thread.</summary>
internal sealed class RunningCalls<TCall>
    where TCall : class, IRunningCall
{
    // Cancellations may overtake their requests; what is older than so many others has long lost its own.
    private const int MaxEarly = 4096;

    private readonly ConcurrentDictionary<CallKey, TCall> _calls = new();
    private readonly Lock _gate = new();
    private readonly HashSet<CallKey> _early = [];
    private readonly Queue<CallKey> _earlyInOrder = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private bool _isClosed;

    public IEnumerable<TCall> All => _calls.Values;

    /// <summary>How many there are.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool Has(CallKey key) => _calls.ContainsKey(key);

    public TCall? Find(CallKey key) => _calls.GetValueOrDefault(key);

    /// <summary>Takes a call in; false where its caller has left it before it came, or has another one of that number.</summary>
    public bool TryAdd(TCall call)
    {
        lock (_gate)
        {
            if (_early.Count > 0 && _early.Remove(call.Key)) return false;
            if (!_calls.TryAdd(call.Key, call)) return false;
            _count++;
            return true;
        }
    }

    public void Remove(TCall call)
    {
        lock (_gate)
        {
            if (!_calls.TryRemove(call.Key, out _)) return;
            if (--_count == 0 && _isClosed) _drained.TrySetResult();
        }
    }

    /// <summary>Cancels the call of that name, now or when it comes.</summary>
    public void Cancel(CallKey key)
    {
        TCall? call;
        lock (_gate)
        {
            if (!_calls.TryGetValue(key, out call) && _early.Add(key))
            {
                _earlyInOrder.Enqueue(key);
                if (_earlyInOrder.Count > MaxEarly) _early.Remove(_earlyInOrder.Dequeue());
            }
        }

        call?.Leave();
    }

    /// <summary>Ends when the last call has ended. No call is added after it was asked for.</summary>
    public Task DrainedAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_count == 0) _drained.TrySetResult();
            return _drained.Task;
        }
    }
}
