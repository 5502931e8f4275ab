using Fan;

namespace SwitchBench.Services;

/// <summary>Two services whose versions change in one commit.</summary>
[Service("bench.price", Version = "1.0.0")]
public interface IPriceOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("bench.price", Version = "2.0.0")]
public interface IPriceTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("bench.tax", Version = "1.0.0")]
public interface ITaxOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("bench.tax", Version = "2.0.0")]
public interface ITaxTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

/// <summary>A service whose calls are split between its versions.</summary>
[Service("bench.label", Version = "1.0.0")]
public interface ILabelOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("bench.label", Version = "2.0.0")]
public interface ILabelTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

/// <summary>
/// Asks them all, so that its callers see whether one call tree meets one version: price and tax, then the first and the second label.
/// </summary>
[Service("bench.desk")]
public interface IDesk
{
    ValueTask<string> AskAsync(CancellationToken ct = default);
}

internal sealed class Versioned(string version) : IPriceOne, IPriceTwo, ITaxOne, ITaxTwo, ILabelOne, ILabelTwo
{
    public ValueTask<string> WhichAsync(CancellationToken ct = default) => new(version);
}

internal sealed class Desk(IFan fan) : IDesk
{
    private const int BetweenDefects = 50;

    private readonly string? _defect = Defects.Planted;
    private int _asked;

    public async ValueTask<string> AskAsync(CancellationToken ct = default)
    {
        var defect = _defect is not null && Interlocked.Increment(ref _asked) % BetweenDefects == 0 ? _defect : null;
        if (defect == Defects.Failed) throw new InvalidOperationException("A defect on purpose.");
        var label = await WhichAsync("bench.label", ct);
        var price = await WhichAsync("bench.price", ct);
        // Time for a change to come between the calls of one tree.
        await Task.Delay(1, ct);
        // A tree of its own: one that began here, as code that loses the context would begin it.
        using var lost = defect == Defects.Mixed ? CallContext.Empty.Use() : default(IDisposable);
        var tax = await WhichAsync("bench.tax", ct);
        if (defect == Defects.Late) (price, tax) = (Defects.Other(price), Defects.Other(tax));
        return $"{price} {tax} {label} {await WhichAsync("bench.label", ct)}";
    }

    private ValueTask<string> WhichAsync(string service, CancellationToken ct) =>
        fan.CallAsync<string>(service + ".which", default, null, ct);
}
