using System.Collections.Concurrent;

namespace Fan.Tests.Queues;

public sealed record StockChange(int Id, int Bottles);

[Service("stock[shop_id].wines", Version = "1.0.0")]
public interface IStock
{
    [Push]
    ValueTask ChangedAsync(StockChange change, CancellationToken ct = default);

    [Push]
    Task ClearedAsync(CancellationToken ct = default);

    ValueTask<int> CountAsync(CancellationToken ct = default);
}

[Service("news")]
public interface INews
{
    [Push]
    ValueTask PublishAsync(string text, CancellationToken ct = default);

    int Add(int left, int right);

    [Push]
    void Shout(string text);
}

/// <summary>Handles pushes as the test says, and notes what it saw.</summary>
internal sealed class News(Func<string, CancellationToken, ValueTask>? handle = null) : INews
{
    public ConcurrentQueue<string> Texts { get; } = new();

    public ConcurrentQueue<CallContext> Contexts { get; } = new();

    public async ValueTask PublishAsync(string text, CancellationToken ct = default)
    {
        Texts.Enqueue(text);
        Contexts.Enqueue(CallContext.Current);
        if (handle is not null) await handle(text, ct);
    }

    public int Add(int left, int right) => left + right;

    public void Shout(string text) => Texts.Enqueue(text + "!");
}

internal sealed class Stock : IStock
{
    public ConcurrentQueue<(StockChange Change, CallContext Context)> Changes { get; } = new();

    public ValueTask ChangedAsync(StockChange change, CancellationToken ct = default)
    {
        Changes.Enqueue((change, CallContext.Current));
        return default;
    }

    public Task ClearedAsync(CancellationToken ct = default) => Task.CompletedTask;

    public ValueTask<int> CountAsync(CancellationToken ct = default) => new(Changes.Count);
}

/// <summary>Cares for one push of two.</summary>
internal sealed class StockAudit : StockSubscriber
{
    public ConcurrentQueue<StockChange> Changes { get; } = new();

    public override ValueTask ChangedAsync(StockChange change, CancellationToken ct)
    {
        Changes.Enqueue(change);
        return default;
    }
}
