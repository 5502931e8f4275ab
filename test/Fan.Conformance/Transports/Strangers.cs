namespace Fan.Conformance.Transports.Strangers;

/// <summary>The same service for a caller whose types of arguments refuse nothing, and whose types of results do.</summary>
[Service("faults")]
public interface IFaults
{
    ValueTask<int> WeighAsync(Crate crate, CancellationToken ct = default);

    ValueTask<Sack> FillAsync(int weight, CancellationToken ct = default);

    IAsyncEnumerable<Sack> FillAllAsync(int weight, CancellationToken ct = default);
}

public sealed class Crate
{
    public int Weight { get; set; }

    public int Count { get; set; }
}

public sealed class Sack
{
    public Sack(int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        Weight = weight;
    }

    public int Weight { get; }
}
