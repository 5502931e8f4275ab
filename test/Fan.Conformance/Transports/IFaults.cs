using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fan.Conformance.Transports;

/// <summary>What can go wrong on either side of a call, and whose fault it is.</summary>
[Service("faults")]
public interface IFaults
{
    ValueTask<int> WeighAsync(Crate crate, CancellationToken ct = default);

    ValueTask<double> AreaAsync(Shape shape, CancellationToken ct = default);

    ValueTask<double> AreasAsync(IReadOnlyList<Shape> shapes, CancellationToken ct = default);

    ValueTask<Parcel> WrapAsync(Parcel parcel, CancellationToken ct = default);

    ValueTask<JsonElement> MirrorAsync(int first, JsonElement value, CancellationToken ct = default);

    ValueTask ThrowAsync(string how, int length = 0, CancellationToken ct = default);

    IAsyncEnumerable<int> ThrowLaterAsync(string how, int length = 0, CancellationToken ct = default);

    ValueTask<Parcel> SpoilAsync(CancellationToken ct = default);

    IAsyncEnumerable<Parcel> SpoilLaterAsync(CancellationToken ct = default);

    ValueTask<Sack> FillAsync(int weight, CancellationToken ct = default);

    IAsyncEnumerable<Sack> FillAllAsync(int weight, CancellationToken ct = default);

    ValueTask<int> SizeAsync(int größe, CancellationToken ct = default);

    [Push]
    ValueTask LoadAsync(Crate crate, CancellationToken ct = default);
}

/// <summary>Its constructor and its setter refuse values that its form allows.</summary>
public sealed class Crate
{
    private int _count;

    public Crate(int weight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(weight);
        Weight = weight;
    }

    public int Weight { get; }

    public int Count
    {
        get => _count;
        set => _count = value >= 0 ? value : throw new InvalidOperationException("There is no negative count.");
    }
}

public sealed class Sack
{
    public int Weight { get; set; }
}

[JsonDerivedType(typeof(Circle), "circle")]
public abstract record Shape;

public sealed record Circle(double Radius) : Shape;

/// <summary>Can't be written where it says so.</summary>
public sealed class Parcel
{
    public string? Spoiled { get; set; }

    public int Weight
    {
        get => Spoiled is null ? field : throw new NotSupportedException("spoiled: " + Spoiled);
        set;
    }
}
