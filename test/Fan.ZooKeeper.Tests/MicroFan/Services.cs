namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>What a service of micro-fan saw of a request.</summary>
public sealed record Seen(string Who, string Verb, string Target, string Body)
{
    public SeenContext? Context { get; init; }
}

public sealed record SeenContext(string Trace, Dictionary<string, string> Baggage);

/// <summary>A service of micro-fan as its callers here see it.</summary>
[Service("simple", Version = "10.0.0")]
public interface ISimple
{
    ValueTask<Seen> EchoAsync(string a, int b, CancellationToken ct = default);

    ValueTask<Seen> UrlParamsAsync(string id, IReadOnlyList<int>? years = null, bool? full = null, CancellationToken ct = default);

    ValueTask<bool> RemoveAsync(int id, CancellationToken ct = default);

    ValueTask FailAsync(CancellationToken ct = default);
}

public sealed record Bottle(int Id, string Label, string? Note);

/// <summary>One of our services with everything that micro-fan's callers may meet.</summary>
[Service("shop.bottles", Version = "1.1.0")]
public interface IBottles
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/bottles/{bottle_id}")]
    ValueTask<Bottle> GetAsync(
        int bottleId, IReadOnlyList<int>? years = null, bool full = false, string? note = null, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/bottles/by-name/{name}")]
    ValueTask<string> FindAsync(string name, CancellationToken ct = default);

    [HttpRoute("DELETE", "/bottles/{bottle_id}")]
    ValueTask DeleteAsync(int bottleId, bool force = false, CancellationToken ct = default);

    [HttpRoute("POST", "/bottles/{bottle_id}/price")]
    ValueTask<decimal> SetPriceAsync(int bottleId, decimal price, CancellationToken ct = default);

    [HttpRoute("PUT", "/bottles/{bottle_id}/label", ContentType = "multipart/form-data")]
    ValueTask<string> SetLabelAsync(
        int bottleId, FileContent? label = null, IReadOnlyList<string>? tags = null, bool isPublic = false, CancellationToken ct = default);

    ValueTask<string?> ContextAsync(CancellationToken ct = default);

    ValueTask<string?> NothingAsync(CancellationToken ct = default);

    [Push]
    ValueTask HintAsync(string text, CancellationToken ct = default);

    ValueTask FailAsync(string how, CancellationToken ct = default);
}

internal sealed class Bottles(string name = "bottles") : IBottles
{
    public ValueTask<Bottle> GetAsync(
        int bottleId, IReadOnlyList<int>? years = null, bool full = false, string? note = null, CancellationToken ct = default) =>
        new(new Bottle(bottleId, $"{string.Join('|', years ?? [])} {full}", note));

    public ValueTask<string> FindAsync(string name, CancellationToken ct = default) => new(name);

    public ValueTask DeleteAsync(int bottleId, bool force = false, CancellationToken ct = default) => default;

    public ValueTask<decimal> SetPriceAsync(int bottleId, decimal price, CancellationToken ct = default) => new(bottleId + price);

    public ValueTask<string> SetLabelAsync(
        int bottleId,
        FileContent? label = null,
        IReadOnlyList<string>? tags = null,
        bool isPublic = false,
        CancellationToken ct = default) =>
        new($"{bottleId} {label?.FileName}:{(label is null ? "" : System.Text.Encoding.UTF8.GetString(label.Content.Span))} " +
            $"{string.Join('|', tags ?? [])} {isPublic}");

    public ValueTask<string?> ContextAsync(CancellationToken ct = default) =>
        new($"{name} {CallContext.Current.TraceId} " +
            $"{string.Join(',', CallContext.Current.Baggage.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}"))}");

    public ValueTask<string?> NothingAsync(CancellationToken ct = default) => new((string?)null);

    public ValueTask HintAsync(string text, CancellationToken ct = default) => default;

    public ValueTask FailAsync(string how, CancellationToken ct = default) =>
        throw (how == "fault" ? new ServiceFaultException("out_of_stock", "None left: é.") : new InvalidOperationException(how));
}

/// <summary>A service between micro-fan's caller and micro-fan's service.</summary>
[Service("front")]
public interface IFront
{
    ValueTask<string> AskAsync(CancellationToken ct = default);
}

internal sealed class Front(IFan fan) : IFront
{
    public async ValueTask<string> AskAsync(CancellationToken ct = default) =>
        (await fan.Get<ISimple>().EchoAsync("a", 1, ct)).Context is { } context
            ? $"{context.Trace} {context.Baggage["INSTALLATION_ID"]}"
            : "nothing arrived";
}
