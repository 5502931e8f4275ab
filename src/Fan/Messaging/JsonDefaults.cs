using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Fan.Messaging;

/// <summary>
/// The JSON settings of an application: the user's metadata first, then the primitives', then reflection where it is allowed, then what was
/// generated with contracts.
/// </summary>
internal static class JsonDefaults
{
    public static JsonSerializerOptions Create(
        IEnumerable<IJsonTypeInfoResolver> resolvers, FanLimits limits, ContractJson? contracts = null) =>
        Create(resolvers, limits, contracts, JsonSerializer.IsReflectionEnabledByDefault);

    public static JsonSerializerOptions Create(
        IEnumerable<IJsonTypeInfoResolver> resolvers, FanLimits limits, ContractJson? contracts, bool reflection)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            // Readers and writers count exactly; the serializer counts a value within as a level too.
            MaxDepth = limits.MaxDepth + 2,
            // Tuples are nothing but fields.
            IncludeFields = true,
            // The compact form carries them too.
            NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.Converters.Add(new FileContentConverter());
        foreach (var resolver in resolvers) options.TypeInfoResolverChain.Add(resolver);
        options.TypeInfoResolverChain.Add(PrimitivesJson.Default);
        if (reflection) options.TypeInfoResolverChain.Add(Reflection());
        if (contracts is not null) options.TypeInfoResolverChain.Add(contracts);
        options.MakeReadOnly();
        return options;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2026", Justification = "Reached only where the feature switch for reflection is on, which it is not when trimmed.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "As above.")]
    private static DefaultJsonTypeInfoResolver Reflection() => new();
}

/// <summary>A file in JSON: its name, media type and base64 content.</summary>
internal sealed class FileContentConverter : JsonConverter<FileContent>
{
    public override FileContent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("A file must be an object with fileName, content (base64) and contentType.");
        }

        string? name = null, type = null;
        byte[]? content = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var member = reader.GetString();
            reader.Read();
            switch (member)
            {
                case "fileName": name = reader.GetString(); break;
                case "content": content = reader.GetBytesFromBase64(); break;
                case "contentType": type = reader.GetString(); break;
                default: reader.Skip(); break;
            }
        }

        return content is null
            ? throw new JsonException("A file must have a content (base64).")
            : new FileContent(name ?? "", content, type ?? "application/octet-stream");
    }

    public override void Write(Utf8JsonWriter writer, FileContent value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("fileName", value.FileName);
        writer.WriteBase64String("content", value.Content.Span);
        writer.WriteString("contentType", value.ContentType);
        writer.WriteEndObject();
    }
}
