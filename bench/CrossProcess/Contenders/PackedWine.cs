using MessagePack;

namespace CrossProcess.Contenders;

/// <summary>The record for the peers that speak MessagePack, in its smallest form: members by number.</summary>
[MessagePackObject]
public sealed record PackedWine(
    [property: Key(0)] int Id,
    [property: Key(1)] string Name,
    [property: Key(2)] double Price,
    [property: Key(3)] bool InStock,
    [property: Key(4)] long Changed)
{
    public static PackedWine Sample { get; } = new(
        Wine.Sample.Id, Wine.Sample.Name, Wine.Sample.Price, Wine.Sample.InStock, Wine.Sample.Changed);
}
