using System.Text.Json;
using System.Text.Json.Serialization;

namespace Fan.Generators.Tests.Compact;

public enum Size : byte
{
    Small = 1,
    Large = 200,
}

public enum Depth : long
{
    Deep = long.MinValue,
    High = long.MaxValue,
}

public sealed record Scalars(
    bool Flag,
    byte U8,
    sbyte S8,
    short S16,
    ushort U16,
    int S32,
    uint U32,
    long S64,
    ulong U64,
    char Letter,
    float Half,
    double Whole,
    decimal Money,
    string Text,
    Guid Id,
    DateTime At, DateTimeOffset Since, DateOnly Day, TimeOnly Time, TimeSpan Span, Size Size, Depth Depth, Uri Link);

public sealed record Optionals(
    bool? Flag,
    int? Number,
    double? Fraction,
    decimal? Money,
    Guid? Id,
    DateTime? At,
    DateTimeOffset? Since,
    Size? Size,
    string? Text,
    Uri? Link,
    Point? Where,
    Node? Node,
    byte[]? Bytes,
    int?[]? Numbers);

[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct Point(int X, int Y);

[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public struct Plain
{
    public int Number { get; set; }

    public string? Text { get; init; }
}

public sealed record Node(string Name, Node? Left, Node? Right)
{
    public List<Node> Others { get; init; } = [];
}

/// <summary>Made without arguments, and filled then.</summary>
public class Filled
{
    public string Set { get; set; } = "set";

    public string Init { get; init; } = "init";

    public required int Required { get; init; }

    [JsonPropertyName("other name")]
    public int Named { get; set; }

    [JsonIgnore]
    public int Ignored { get; set; }

    public int Computed => Named * 2;
}

public sealed class Derived : Filled
{
    public Pair<int, string>? Pair { get; init; }
}

public sealed record Pair<TFirst, TSecond>(TFirst First, TSecond Second);

public sealed record Collections(
    int[] Numbers,
    List<string?> Texts,
    IReadOnlyList<Point> Points,
    IEnumerable<Node?> Nodes,
    HashSet<int> Set,
    int[][] Nested,
    byte[] Bytes,
    ReadOnlyMemory<byte> Memory,
    Dictionary<string, int> Counts,
    IReadOnlyDictionary<int, Node?> ById,
    IDictionary<Guid, List<string>> Lists,
    Dictionary<Size, int?> Sizes);

[Service("keeper")]
public interface IKeeper
{
    ValueTask<Scalars> ScalarsAsync(Scalars value, CancellationToken ct = default);

    ValueTask<Optionals> OptionalsAsync(Optionals value, CancellationToken ct = default);

    ValueTask<Collections> CollectionsAsync(Collections value, CancellationToken ct = default);

    ValueTask<Node?> NodeAsync(Node? value, CancellationToken ct = default);

    ValueTask<Derived> FilledAsync(Derived value, CancellationToken ct = default);

    ValueTask<Plain> PlainAsync(Plain value, CancellationToken ct = default);

    ValueTask<FileContent> FileAsync(FileContent value, CancellationToken ct = default);

    ValueTask<string> ArgumentsAsync(
        int number,
        string? text = "text",
        Size size = Size.Large,
        decimal price = 1.5m,
        int? count = 3,
        double weight = double.NaN,
        string[]? tags = null,
        CancellationToken ct = default);

    ValueTask<int?> NumberAsync(int? value, CancellationToken ct = default);

    IAsyncEnumerable<Point> PointsAsync(int count, CancellationToken ct = default);
}

/// <summary>Each of these needs JSON.</summary>
[Service("json_only")]
public interface IJsonOnly
{
    ValueTask<int> ElementAsync(JsonElement value, CancellationToken ct = default);

    ValueTask<int> PolymorphicAsync(Shape value, CancellationToken ct = default);

    ValueTask<int> ConvertedAsync(Converted value, CancellationToken ct = default);

    ValueTask<int> FieldsAsync(Fields value, CancellationToken ct = default);

    ValueTask<int> TupleAsync((int A, int B) value, CancellationToken ct = default);

    ValueTask<Nest> InsideAsync(CancellationToken ct = default);
}

[JsonDerivedType(typeof(Circle), "circle")]
public record Shape;

public sealed record Circle(int Radius) : Shape;

public sealed record Converted([property: JsonConverter(typeof(JsonStringEnumConverter<Size>))] Size Size);

#pragma warning disable CA1051 // It is about a field that everybody sees.
public sealed class Fields
{
    public int Public;
}
#pragma warning restore CA1051

public sealed record Nest(List<Inner> Inner);

public sealed record Inner(JsonElement Value, Nest? Nest);

internal sealed class Keeper : IKeeper
{
    public ValueTask<Scalars> ScalarsAsync(Scalars value, CancellationToken ct) => new(value);

    public ValueTask<Optionals> OptionalsAsync(Optionals value, CancellationToken ct) => new(value);

    public ValueTask<Collections> CollectionsAsync(Collections value, CancellationToken ct) => new(value);

    public ValueTask<Node?> NodeAsync(Node? value, CancellationToken ct) => new(value);

    public ValueTask<Derived> FilledAsync(Derived value, CancellationToken ct) => new(value);

    public ValueTask<Plain> PlainAsync(Plain value, CancellationToken ct) => new(value);

    public ValueTask<FileContent> FileAsync(FileContent value, CancellationToken ct) => new(value);

    public ValueTask<string> ArgumentsAsync(
        int number, string? text, Size size, decimal price, int? count, double weight, string[]? tags, CancellationToken ct) =>
        new(string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{number} {text ?? "null"} {size} {price} {count?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null"} " +
            $"{weight} {(tags is null ? "null" : string.Join('+', tags))}"));

    public ValueTask<int?> NumberAsync(int? value, CancellationToken ct) => new(value);

    public async IAsyncEnumerable<Point> PointsAsync(
        int count, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return new Point(i, -i);
        }
    }
}
