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

/// <summary>Asks both, so that its callers see whether one call tree meets one version.</summary>
[Service("bench.desk")]
public interface IDesk
{
    ValueTask<string> AskAsync(CancellationToken ct = default);
}

internal sealed class Versioned(string version) : IPriceOne, IPriceTwo, ITaxOne, ITaxTwo
{
    public ValueTask<string> WhichAsync(CancellationToken ct = default) => new(version);
}

internal sealed class Desk(IFan fan) : IDesk
{
    public async ValueTask<string> AskAsync(CancellationToken ct = default)
    {
        var price = await fan.CallAsync<string>("bench.price.which", default, null, ct);
        // Time for a change to come between the calls of one tree.
        await Task.Delay(1, ct);
        return $"{price} {await fan.CallAsync<string>("bench.tax.which", default, null, ct)}";
    }
}
