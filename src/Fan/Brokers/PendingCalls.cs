using System.Collections.Concurrent;

namespace Fan.Brokers;

/// <summary>The calls that wait for their replies at one place, by number. Safe from any thread.</summary>
/// <param name="most">How many there may be.</param>
internal sealed class PendingCalls<TCall>(int most)
    where TCall : PendingCall
{
    private readonly ConcurrentDictionary<ulong, TCall> _calls = new();
    private ulong _lastNumber;
    private int _count;

    /// <summary>The calls at the moment.</summary>
    public IEnumerable<TCall> All => _calls.Values;

    /// <summary>Gives a call its number, so that its reply finds it; false where there are too many.</summary>
    /// <param name="call">The call.</param>
    /// <param name="number">A number of its own; 0 for the next one.</param>
    public bool TryAdd(TCall call, ulong number = 0)
    {
        if (Interlocked.Increment(ref _count) > most)
        {
            Interlocked.Decrement(ref _count);
            return false;
        }

        call.Number = number != 0 ? number : Interlocked.Increment(ref _lastNumber);
        _calls[call.Number] = call;
        return true;
    }

    /// <summary>Takes a call off; false where it has ended already.</summary>
    public bool TryRemove(TCall call)
    {
        if (!_calls.TryRemove(KeyValuePair.Create(call.Number, call))) return false;
        Interlocked.Decrement(ref _count);
        return true;
    }

    public TCall? Find(ulong number) => _calls.GetValueOrDefault(number);

    public bool Has(TCall call) => ReferenceEquals(Find(call.Number), call);

    /// <summary>The calls that were sent before the last look, which may have been lost.</summary>
    public void FindOld(List<TCall> old)
    {
        foreach (var (_, call) in _calls)
        {
            if (!call.IsSent) continue;
            if (call.IsOld) old.Add(call);
            call.IsOld = true;
        }
    }

    /// <summary>Ends calls that will not be answered any more.</summary>
    public void Lost(IEnumerable<ulong> numbers, string reason)
    {
        foreach (var number in numbers)
        {
            if (Find(number) is { } call && TryRemove(call))
                call.Fail(new ServiceUnavailableException(call.Call.Service, $"{call.Call.Endpoint} broke off: {reason}."));
        }
    }

    /// <summary>Ends all calls.</summary>
    public void FailAll(Func<TCall, Exception> error)
    {
        foreach (var (_, call) in _calls)
        {
            if (TryRemove(call)) call.Fail(error(call));
        }
    }
}
