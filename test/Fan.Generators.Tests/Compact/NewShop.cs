namespace Fan.Generators.Tests.Compact.New;

/// <summary>Reordered; without the note; with whether it is a gift, and its weight.</summary>
public sealed record Order(Buyer Buyer, bool Gift, int Bottles, int Id, string Wine)
{
    public int Weight { get; init; }
}

public sealed record Buyer(string Name)
{
    public string? Email { get; init; }
}

[Service("shop")]
public interface IShop
{
    ValueTask<Order> SellAsync(Order order, int count, string currency = "EUR", CancellationToken ct = default);

    ValueTask<long> WidenAsync(long a, int b, double c, CancellationToken ct = default);
}

internal sealed class Shop : IShop
{
    public string Last { get; private set; } = "";

    public ValueTask<Order> SellAsync(Order order, int count, string currency, CancellationToken ct)
    {
        Last =
            $"{order.Id} {order.Wine} {order.Bottles} {(order.Gift ? "gift" : "no gift")} {order.Weight} " +
            $"{order.Buyer.Name} {count} {currency}";
        return new(order);
    }

    public ValueTask<long> WidenAsync(long a, int b, double c, CancellationToken ct)
    {
        Last = $"{a} {b} {c}";
        return new(a);
    }
}
