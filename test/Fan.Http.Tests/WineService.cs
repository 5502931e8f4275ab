using System.Runtime.CompilerServices;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

public sealed record Node(string Name, Node? Next, IReadOnlyList<Node> Children);

/// <summary>A service that is an ordinary HTTP service to others.</summary>
[Service("wines", Version = "1.1.0")]
public interface IWines
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/wines/{inventory_id}")]
    ValueTask<string> GetAsync(
        int inventoryId,
        bool? full = null,
        IReadOnlyList<int>? years = null,
        string? text = null,
        Colour colour = Colour.Red,
        CancellationToken ct = default);

    [HttpRoute("DELETE", "/wines/{wine_id}")]
    ValueTask RemoveAsync(int wineId, bool force = false, CancellationToken ct = default);

    [HttpRoute("POST", "/wines/{inventory_id}/price")]
    ValueTask<string> SetPriceAsync(int inventoryId, decimal price, string? currency = "EUR", CancellationToken ct = default);

    [HttpRoute("PUT", "/wines/{inventory_id}/label", ContentType = "multipart/form-data")]
    ValueTask<string> SetLabelAsync(
        int inventoryId,
        FileContent label,
        string? note = null,
        IReadOnlyList<string>? tags = null,
        bool public_ = false,
        CancellationToken ct = default);

    [HttpRoute("POST", "/orders", ContentType = "application/x-www-form-urlencoded")]
    ValueTask<string> OrderAsync(
        string name, int count, bool gift = false, IReadOnlyList<int>? sizes = null, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/wines/by-name/{name}/")]
    ValueTask<string> FindAsync(string name, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/wines")]
    IAsyncEnumerable<int> ListAsync(int count = 2, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/wines/best")]
    ValueTask<Wine> BestAsync(CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("HEAD", "/wines/{inventory_id}")]
    ValueTask<string> LookAsync(int inventoryId, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/tagged")]
    ValueTask<string> TagAsync(IReadOnlyList<string> tags, CancellationToken ct = default);

    [HttpRoute("POST", "/tags", ContentType = "application/x-www-form-urlencoded")]
    ValueTask<string> SetTagsAsync(IReadOnlyList<string> tags, CancellationToken ct = default);

    ValueTask<Node?> TreeAsync(Node root, Dictionary<string, Wine> wines, byte[]? bytes = null, CancellationToken ct = default);
}

internal sealed class Wines : IWines
{
    public CallContext? Seen { get; private set; }

    public ValueTask<string> GetAsync(
        int inventoryId,
        bool? full = null,
        IReadOnlyList<int>? years = null,
        string? text = null,
        Colour colour = Colour.Red,
        CancellationToken ct = default)
    {
        Seen = CallContext.Current;
        return new($"{inventoryId} full={full} years={(years is null ? "-" : string.Join('|', years))} text={text ?? "-"} {colour}");
    }

    public ValueTask RemoveAsync(int wineId, bool force = false, CancellationToken ct = default) => default;

    public ValueTask<string> SetPriceAsync(int inventoryId, decimal price, string? currency = "EUR", CancellationToken ct = default) =>
        new($"{inventoryId} {price} {currency ?? "-"}");

    public ValueTask<string> SetLabelAsync(
        int inventoryId,
        FileContent label,
        string? note = null,
        IReadOnlyList<string>? tags = null,
        bool public_ = false,
        CancellationToken ct = default) =>
        new($"{inventoryId} {label.FileName} {label.ContentType} {Convert.ToHexString(label.Content.Span)} note={note} " +
            $"tags={string.Join('|', tags ?? [])} {public_}");

    public ValueTask<string> OrderAsync(
        string name, int count, bool gift = false, IReadOnlyList<int>? sizes = null, CancellationToken ct = default) =>
        new($"{name} {count} {gift} {string.Join('|', sizes ?? [])}");

    public ValueTask<string> FindAsync(string name, CancellationToken ct = default) => new("found " + name);

    public async IAsyncEnumerable<int> ListAsync(int count = 2, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 1; i <= count; i++)
        {
            await Task.Yield();
            yield return i == 4 ? throw new ServiceFaultException("enough", "no more") : i;
        }
    }

    public ValueTask<Wine> BestAsync(CancellationToken ct = default) => new(new Wine(1, "Saperavi", 1));

    public ValueTask<string> LookAsync(int inventoryId, CancellationToken ct = default) => new("look");

    public ValueTask<string> SetTagsAsync(IReadOnlyList<string> tags, CancellationToken ct = default) => TagAsync(tags, ct);

    public ValueTask<string> TagAsync(IReadOnlyList<string> tags, CancellationToken ct = default) =>
        new($"{tags.Count}: {string.Join('|', tags)}");

    public ValueTask<Node?> TreeAsync(Node root, Dictionary<string, Wine> wines, byte[]? bytes = null, CancellationToken ct = default) =>
        new(root);
}
