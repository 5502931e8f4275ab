namespace Fan.Cli.Tests.Changes;

[Service("price", Version = "1.0.0")]
public interface IPriceOne
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);

    ValueTask<int> OldAsync(int id, CancellationToken ct = default);

    ValueTask<int> AskAsync(int id, CancellationToken ct = default);

    ValueTask<Label> LabelAsync(CancellationToken ct = default);
}

[Service("price", Version = "2.0.0")]
public interface IPriceTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);

    ValueTask<int> NewAsync(CancellationToken ct = default);

    ValueTask<int> AskAsync(int id, string? currency = null, CancellationToken ct = default);

    ValueTask<Labels.Label> LabelAsync(CancellationToken ct = default);
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
    ValueTask<string> WaitAsync(CancellationToken ct = default);
}

public sealed record Label(string Text);

internal sealed class Prices(string version) : IPriceOne, IPriceTwo, ITaxOne, ITaxTwo
{
    public bool IsBroken { get; init; }

    public TimeSpan Takes { get; init; }

    public async ValueTask<string> WhichAsync(CancellationToken ct = default)
    {
        if (Takes > TimeSpan.Zero) await Task.Delay(Takes, ct);
        return IsBroken ? throw new InvalidOperationException("broken") : version;
    }

    public ValueTask<int> OldAsync(int id, CancellationToken ct = default) => new(id);

    public ValueTask<int> NewAsync(CancellationToken ct = default) => new(2);

    public ValueTask<int> AskAsync(int id, CancellationToken ct = default) => new(id);

    public ValueTask<int> AskAsync(int id, string? currency = null, CancellationToken ct = default) => new(id);

    ValueTask<Label> IPriceOne.LabelAsync(CancellationToken ct) => new(new Label("one"));

    ValueTask<Labels.Label> IPriceTwo.LabelAsync(CancellationToken ct) => new(new Labels.Label("two", "red"));
}

internal sealed class TillDesk : ITillDesk
{
    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask<string> WaitAsync(CancellationToken ct = default)
    {
        Entered.TrySetResult();
        await GoOn.Task.WaitAsync(ct);
        return "done";
    }
}

/// <summary>Two versions of two services, each in an application of its own.</summary>
internal static class PricePlace
{
    public static async Task StartPricesAsync(this Place place)
    {
        await place.StartAsync("ones", fan => fan.AddService<IPriceOne>(_ => new Prices("1")).AddService<ITaxOne>(_ => new Prices("1")));
        await place.StartAsync("twos", fan => fan.AddService<IPriceTwo>(_ => new Prices("2")).AddService<ITaxTwo>(_ => new Prices("2")));
    }

    public static async Task<string> WhichAsync(this Place place, string service, params string[] more) =>
        (await place.RunAsync(["call", service + ".which", .. more])).Succeeded().Json.GetString()!;
}
