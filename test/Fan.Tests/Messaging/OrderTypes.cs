using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Tests.Messaging;

public enum Colour
{
    Red = 1,
    White = 2,
}

[Flags]
public enum Marks
{
    None = 0,
    Fresh = 1,
    Sweet = 2,
}

public readonly record struct Money(decimal Amount);

public class Order
{
    [JsonRequired]
    public int Id { get; set; }

    public string? Buyer { get; set; } = "nobody";

    public Colour Colour { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Note { get; set; }

    public List<int> Bottles { get; set; } = [];

    public string Title => $"{Id} of {Buyer}";

    [JsonIgnore]
    public int Unseen { get; set; }

    public override string ToString() => Title;
}

public sealed record Line(string Wine, int Count);

/// <summary>What the generator of another assembly can't see.</summary>
public sealed class Sealed
{
    public int Number { get; set; }

    [JsonInclude]
    internal string? Secret { get; set; }
}

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Line))]
[JsonSerializable(typeof(Money?))]
[JsonSerializable(typeof(Marks))]
[JsonSerializable(typeof(List<Line>))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
internal sealed partial class OrderJson : JsonSerializerContext;

[JsonSerializable(typeof(Order))]
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
internal sealed partial class OrderTextJson : JsonSerializerContext;

/// <summary>What the generator tells of these types.</summary>
internal static class OrderFacts
{
    public static readonly CompactTypeFacts Order = new(typeof(Order),
    [
        new("id", typeof(int), IsRequired: true),
        new("buyer", typeof(string), IsRequired: false),
        new("colour", typeof(Colour), IsRequired: false),
        new("note", typeof(string), IsRequired: false),
        new("bottles", typeof(List<int>), IsRequired: false),
    ]);

    public static readonly CompactTypeFacts Line = new(
        typeof(Line), [new("wine", typeof(string), IsRequired: false), new("count", typeof(int), IsRequired: false)]);

    public static readonly CompactTypeFacts Money = new(typeof(Money), [new("amount", typeof(decimal), IsRequired: false)]);

    public static readonly CompactTypeFacts Sealed = new(typeof(Sealed), [new("number", typeof(int), IsRequired: false)]);

    public static CompactTypeFacts Plain<T>() => new(typeof(T), null);

    public static CompactTypeFacts[] All => [Order, Plain<int>(), Plain<string>(), Plain<Colour>(), Plain<List<int>>()];
}

/// <summary>Metadata that an application gives at run time.</summary>
internal sealed class GivenJson(Func<Type, JsonSerializerOptions, JsonTypeInfo?> find) : IJsonTypeInfoResolver
{
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => find(type, options);

    public static GivenJson Converter<T>(JsonConverter<T> converter) =>
        new((type, options) => type == typeof(T) ? JsonMetadataServices.CreateValueInfo<T>(options, converter) : null);
}
