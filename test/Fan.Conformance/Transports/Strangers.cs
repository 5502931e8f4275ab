namespace Fan.Conformance.Transports.Strangers;

/// <summary>The same service for a caller whose types refuse nothing.</summary>
[Service("faults")]
public interface IFaults
{
    ValueTask<int> WeighAsync(Crate crate, CancellationToken ct = default);
}

public sealed class Crate
{
    public int Weight { get; set; }

    public int Count { get; set; }
}
