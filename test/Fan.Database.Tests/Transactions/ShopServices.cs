namespace Fan.Database.Tests.Transactions;

/// <summary>A service that is told of orders.</summary>
[Service("shop.warehouse")]
public interface IWarehouse
{
    [Push]
    ValueTask OrderedAsync(string order, CancellationToken ct = default);
}

/// <summary>A service that is told by the warehouse.</summary>
[Service("shop.post")]
public interface IPost
{
    [Push]
    ValueTask SendAsync(string order, CancellationToken ct = default);
}

/// <summary>Notes what it is told, after what the test does with it.</summary>
public sealed class Warehouse : IWarehouse
{
    private readonly List<string> _orders = [];

    public Func<string, CancellationToken, ValueTask>? Handle { get; set; }

    public IReadOnlyList<string> Orders
    {
        get
        {
            lock (_orders) return [.. _orders];
        }
    }

    public async ValueTask OrderedAsync(string order, CancellationToken ct = default)
    {
        if (Handle is { } handle) await handle(order, ct);
        lock (_orders) _orders.Add(order);
    }
}

public sealed class Post : IPost
{
    private readonly List<string> _sent = [];

    public IReadOnlyList<string> Sent
    {
        get
        {
            lock (_sent) return [.. _sent];
        }
    }

    public ValueTask SendAsync(string order, CancellationToken ct = default)
    {
        lock (_sent) _sent.Add(order);
        return default;
    }
}
