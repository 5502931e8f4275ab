using System.Collections.Concurrent;
using System.Text.Json.Serialization;

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

public sealed class Load
{
    public Load(int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        Weight = weight;
    }

    public int Weight { get; }
}

[JsonDerivedType(typeof(Box), "box")]
public abstract record Form;

public sealed record Box(int Size) : Form;

[Service("crates")]
public interface ICrates
{
    [Push]
    ValueTask LoadAsync(Load crate, Form? shape = null, CancellationToken ct = default);
}

internal sealed class Crates : ICrates
{
    private int _loaded;

    public int Loaded => Volatile.Read(ref _loaded);

    public ValueTask LoadAsync(Load crate, Form? shape = null, CancellationToken ct = default)
    {
        Interlocked.Increment(ref _loaded);
        return default;
    }
}

/// <summary>An exception whose text is of no use to anybody.</summary>
internal sealed class HostileException(string how) : Exception
{
    public override string Message => how switch
    {
        "no message" => null!,
        "long" => new string('x', 999) + "😀\ud83d\0" + new string('y', 1_000_000),
        _ => throw new InvalidOperationException("no message"),
    };
}
