namespace Fan.Tests.Switching;

[Service("price", Version = "1.0.0")]
public interface IPriceOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("price", Version = "2.0.0")]
public interface IPriceTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("tax", Version = "1.0.0")]
public interface ITaxOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("tax", Version = "2.0.0")]
public interface ITaxTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("till")]
public interface ITillDesk
{
    /// <summary>Asks both, twice, with a pause between that the test ends.</summary>
    ValueTask<string> AskAsync(CancellationToken ct = default);
}

internal sealed class Price(string version) : IPriceOne, IPriceTwo, ITaxOne, ITaxTwo
{
    public ValueTask<string> WhichAsync(CancellationToken ct = default) => new(version);
}

internal sealed class TillDesk(Func<IFan> fan) : ITillDesk
{
    public TaskCompletionSource HasAsked { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource GoOn { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<string> AskAsync(CancellationToken ct = default)
    {
        var before = await PricesAsync();
        HasAsked.TrySetResult();
        await GoOn.Task.WaitAsync(ct);
        return $"{before} {await PricesAsync()}";
    }

    private async Task<string> PricesAsync() => $"{await fan().WhichAsync("price")}/{await fan().WhichAsync("tax")}";
}

internal static class WhichCalls
{
    public static ValueTask<string> WhichAsync(this IFan fan, string service, CallOptions? options = null) =>
        fan.CallAsync<string>(service + ".which", default, options);
}
