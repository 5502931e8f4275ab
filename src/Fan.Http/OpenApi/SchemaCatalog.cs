using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Fan.Http.OpenApi;

/// <summary>
/// JSON schemas of arguments and results, from the metadata that also reads and writes them. Types with members become components. Not safe
/// for concurrent use.
/// </summary>
internal sealed class SchemaCatalog
{
    private const string Prefix = "#/components/schemas/";

    // A list that has itself as an item has no schema without a name.
    private const int MaxNesting = 8;

    private readonly JsonSerializerOptions _options;
    private readonly JsonSchemaExporterOptions _exporting;
    private readonly Dictionary<Type, string> _names = [];
    private int _nesting;

    public SchemaCatalog(JsonSerializerOptions options)
    {
        // Numbers in texts are accepted, and nothing to recommend.
        _options = new JsonSerializerOptions(options) { NumberHandling = JsonNumberHandling.Strict };
        _options.MakeReadOnly();
        _exporting = new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };
    }

    /// <summary>The components so far, by name.</summary>
    public JsonObject Components { get; } = [];

    /// <summary>The schema of a type, or a reference to it; one that allows everything where there is no metadata.</summary>
    public JsonNode Of(Type type, bool allowsNull = false)
    {
        var schema = type == typeof(FileContent) ? Reference(type, File) : Of(InfoOf(type));
        return allowsNull ? OrNull(schema) : schema;
    }

    /// <summary>The schema of metadata that is not the application's.</summary>
    public JsonNode Of(JsonTypeInfo? info) => info switch
    {
        null => new JsonObject(),
        { Kind: JsonTypeInfoKind.Object } => Reference(info.Type, () => Export(info)),
        _ => Export(info),
    };

    private JsonNode Export(JsonTypeInfo info)
    {
        if (_nesting == MaxNesting) return new JsonObject();
        _nesting++;
        try
        {
            return info.GetJsonSchemaAsNode(_exporting);
        }
        catch (NotSupportedException)
        {
            return new JsonObject();
        }
        finally
        {
            _nesting--;
        }
    }

    private JsonTypeInfo? InfoOf(Type type)
    {
        try
        {
            return _options.GetTypeInfo(type);
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            return null;
        }
    }

    private JsonObject Reference(Type type, Func<JsonNode> schema)
    {
        if (!_names.TryGetValue(type, out var name))
        {
            name = FreeName(type);
            // Known before it is made, as it may refer to itself.
            _names[type] = name;
            Components[name] = null;
            Components[name] = schema();
        }

        return new JsonObject { ["$ref"] = Prefix + name };
    }

    private JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type == typeof(FileContent)) return WithNull(Reference(type, File), context, node);
        // One of several derived types is told by what stands in it here.
        var inside = !context.Path.IsEmpty && context.BaseTypeInfo is null;
        if (inside && context.TypeInfo.Kind == JsonTypeInfoKind.Object) return WithNull(Of(context.TypeInfo), context, node);
        // A place in this schema is none in the document.
        if (inside && node is JsonObject repeated && repeated.ContainsKey("$ref")) return WithNull(Export(context.TypeInfo), context, node);
        if (node is JsonObject plain && Format(type) is { } format) plain.TryAdd("format", format);
        return node;
    }

    private static JsonNode WithNull(JsonNode schema, JsonSchemaExporterContext context, JsonNode original) =>
        AllowsNull(original) ?? context.PropertyInfo?.IsGetNullable == true ? OrNull(schema) : schema;

    private static bool? AllowsNull(JsonNode schema) => schema is JsonObject plain && plain["type"] is { } type
        ? type is JsonArray types && types.Any(one => (string?)one == "null")
        : null;

    private static JsonNode OrNull(JsonNode schema)
    {
        if (AllowsNull(schema) == true || schema is not JsonObject plain || plain.Count == 0) return schema;
        if (plain["type"] is not JsonValue type)
        {
            return new JsonObject { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };
        }

        plain["type"] = new JsonArray((string?)type, "null");
        return plain;
    }

    private static string? Format(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Int32 => "int32",
        TypeCode.Int64 => "int64",
        TypeCode.Single => "float",
        TypeCode.Double => "double",
        _ => null,
    };

    private static JsonObject File() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["fileName"] = new JsonObject { ["type"] = "string" },
            ["content"] = new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" },
            ["contentType"] = new JsonObject { ["type"] = "string" },
        },
        ["required"] = new JsonArray("content"),
    };

    private string FreeName(Type type)
    {
        var plain = NameOf(type);
        var name = plain;
        for (var number = 2; Components.ContainsKey(name); number++) name = plain + number;
        return name;
    }

    private static string NameOf(Type type)
    {
        var name = type.Name;
        if (name.IndexOf('`') is >= 0 and var arity) name = name[..arity];
        return type.IsGenericType
            ? name + "Of" + string.Join("And", type.GetGenericArguments().Select(NameOf))
            : name.Replace("[]", "List", StringComparison.Ordinal);
    }
}
