namespace Fan.Generators.Tests;

public sealed record Wine(int Id, string Name, IReadOnlyList<string> Tags);

public enum Colour
{
    Red,
    White,
}

[Service("retail.store[store_id].wines", Version = "1.2.0")]
public interface IWines : IHealth
{
    /// <summary>Finds a wine. More text.</summary>
    [HttpRoute("get", "/wines/{inventory_id}")]
    [Rpc(Idempotent = true, TimeoutMilliseconds = 250)]
    ValueTask<Wine> GetAsync(int inventoryId, CancellationToken cancellationToken = default);

    Task<int> CountAsync(
        Colour colour = Colour.White, double? price = null, string @class = "a\"b", CancellationToken cancellationToken = default);

    ValueTask DeleteAsync(int id, CancellationToken cancellationToken = default);

    Task ClearAsync(CancellationToken cancellationToken = default);

    int Add(int a, int b);

    void Touch();

    IAsyncEnumerable<Wine> ListAsync(string[] tags, CancellationToken cancellationToken = default);

    [Push]
    ValueTask StockChangedAsync(Wine wine, CancellationToken cancellationToken = default);
}

public interface IHealth
{
    [Rpc(Name = "ping_me")]
    ValueTask<string?> PingAsync(CancellationToken cancellationToken = default);
}

[Service("lightspeed")]
internal sealed class Lightspeed
{
    [Rpc]
    public string Ping(string text, CancellationToken cancellationToken) => text + "!";

    public static int NotAService() => 0;
}

internal sealed class Wines : IWines
{
    public List<string> Calls { get; } = [];

    public ValueTask<Wine> GetAsync(int inventoryId, CancellationToken cancellationToken) => new(new Wine(inventoryId, "Rioja", ["red"]));

    public Task<int> CountAsync(Colour colour, double? price, string @class, CancellationToken cancellationToken)
    {
        Calls.Add($"{colour} {price} {@class}");
        return Task.FromResult(3);
    }

    public async ValueTask DeleteAsync(int id, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Calls.Add("delete " + id);
    }

    public Task ClearAsync(CancellationToken cancellationToken) => Task.FromException(new InvalidOperationException("not now"));

    public int Add(int a, int b) => a + b;

    public void Touch() => Calls.Add("touch");

    public async IAsyncEnumerable<Wine> ListAsync(
        string[] tags, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            await Task.Yield();
            yield return new Wine(tag.Length, tag, tags);
        }
    }

    public ValueTask StockChangedAsync(Wine wine, CancellationToken cancellationToken)
    {
        Calls.Add("stock " + wine.Name);
        return default;
    }

    public ValueTask<string?> PingAsync(CancellationToken cancellationToken) => new((string?)null);
}
