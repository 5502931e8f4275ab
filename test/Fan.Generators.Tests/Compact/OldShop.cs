namespace Fan.Generators.Tests.Compact.Old;

public sealed record Order(int Id, string Wine, int Bottles, string? Note, Buyer Buyer);

public sealed record Buyer(string Name, int Age);

[Service("shop")]
public interface IShop
{
    ValueTask<Order> SellAsync(Order order, int count, CancellationToken ct = default);

    ValueTask<int> WidenAsync(int a, uint b, float c, CancellationToken ct = default);
}

internal sealed class Shop : IShop
{
    public string Last { get; private set; } = "";

    public ValueTask<Order> SellAsync(Order order, int count, CancellationToken ct)
    {
        Last = $"{order.Id} {order.Wine} {order.Bottles} {order.Note ?? "null"} {order.Buyer.Name} {order.Buyer.Age} {count}";
        return new(order);
    }

    public ValueTask<int> WidenAsync(int a, uint b, float c, CancellationToken ct) => new(a);
}
