using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>What a consumer has in hand, and what became of it that is not written down yet. Safe from any thread.</summary>
internal sealed class ConsumerHand
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, TakenMessage> _held = [];
    private List<Settled> _settled = [];

    /// <summary>The numbers of all that it has.</summary>
    public long[] Known
    {
        get
        {
            lock (_gate) return [.. _held.Keys];
        }
    }

    /// <summary>What is to be written down now, and how much is in hand besides.</summary>
    public (List<Settled> Settled, int Held) TakeSettled()
    {
        lock (_gate)
        {
            (var settled, _settled) = (_settled, []);
            return (settled, _held.Count - settled.Count);
        }
    }

    /// <summary>It could not be written down; what another consumer has now need not be.</summary>
    public void PutBack(IEnumerable<Settled> settled)
    {
        lock (_gate) _settled.InsertRange(0, settled.Where(one => !one.Message.IsLost));
    }

    public void Add(TakenMessage message)
    {
        lock (_gate) _held[message.Number] = message;
    }

    /// <summary>Notes what becomes of a message; null where that is written down already.</summary>
    public void Settle(TakenMessage message, QueueSettlement? settlement, bool remembers)
    {
        lock (_gate)
        {
            if (settlement is null) _held.Remove(message.Number);
            else if (!message.IsLost) _settled.Add(new Settled(message, settlement, remembers));
        }
    }

    /// <summary>What became of it is written down.</summary>
    public void Drop(TakenMessage message)
    {
        lock (_gate)
        {
            if (_held.TryGetValue(message.Number, out var held) && ReferenceEquals(held, message)) _held.Remove(message.Number);
        }
    }

    public bool Holds(Func<TakenMessage, bool> which)
    {
        lock (_gate) return _held.Values.Any(which);
    }

    /// <summary>Others have the messages, or are about to: tells their handlers.</summary>
    public void LoseAll()
    {
        List<TakenMessage> lost;
        lock (_gate)
        {
            lost = [.. _held.Values];
            _held.Clear();
            _settled.Clear();
            foreach (var message in lost) message.MarkLost();
        }

        foreach (var message in lost) message.Lose();
    }
}
