using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fan.Messaging;

namespace Fan.Meaning.Tests.Routes;

/// <summary>The codecs of an application, with the settings that it has by default.</summary>
internal sealed class Application
{
    public Application(params IJsonTypeInfoResolver[] resolvers)
    {
        var limits = new FanLimits();
        Options = new JsonSerializerOptions(JsonDefaults.Create(resolvers, limits)) { IncludeFields = true, NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString | System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals };
        Options.MakeReadOnly();
        Json = new JsonCodec(Options, limits);
        Compact = new CompactCodec(limits);
    }

    public JsonSerializerOptions Options { get; }

    public JsonCodec Json { get; }

    public CompactCodec Compact { get; }

    /// <summary>What the serializer alone makes of a value of a type.</summary>
    public Outcome Reference(object? value, Type type) =>
        Outcome.Of(() => JsonSerializer.SerializeToUtf8Bytes(value, type, Options), bytes => JsonSerializer.Deserialize(bytes, type, Options)) with { Sender = value };
}
