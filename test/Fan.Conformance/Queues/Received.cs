using System.Text;
using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>A handler that notes what it gets, and settles it as the test says.</summary>
public sealed class Received(Func<QueueDelivery, CancellationToken, ValueTask<QueueSettlement>>? settle = null)
{
    private readonly Lock _gate = new();
    private readonly List<(string Text, int Attempt)> _seen = [];
    private int _running;

    /// <summary>What came, in the order of its coming.</summary>
    public IReadOnlyList<string> Texts
    {
        get
        {
            lock (_gate) return [.. _seen.Select(seen => seen.Text)];
        }
    }

    public IReadOnlyList<(string Text, int Attempt)> Attempts
    {
        get
        {
            lock (_gate) return [.. _seen];
        }
    }

    /// <summary>The most that were handled at once.</summary>
    public int MostAtOnce { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate) return _seen.Count;
        }
    }

    public async ValueTask<QueueSettlement> HandleAsync(QueueDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        lock (_gate)
        {
            _seen.Add((Encoding.UTF8.GetString(delivery.Message.Payload.Span).Trim('"'), delivery.Attempt));
            MostAtOnce = Math.Max(MostAtOnce, ++_running);
        }

        try
        {
            return settle is null ? QueueSettlement.Done : await settle(delivery, cancellationToken);
        }
        finally
        {
            lock (_gate) _running--;
        }
    }

    public Task AreAsync(int count) => Eventually.TrueAsync(() => Task.FromResult(Count >= count), $"{count} deliveries");
}
