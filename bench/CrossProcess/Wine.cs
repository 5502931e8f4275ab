namespace CrossProcess;

/// <summary>The record of five mixed fields that goes there and back.</summary>
public sealed record Wine(int Id, string Name, double Price, bool InStock, long Changed)
{
    public static Wine Sample { get; } = new(7, "Rkatsiteli 2021", 14.9, true, 1_790_000_000_000);
}
