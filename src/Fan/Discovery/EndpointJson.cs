using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Fan.Generated;
using Fan.Settings;

namespace Fan.Discovery;

/// <summary>
/// Reads and writes the data of an endpoint's node. Reading takes what micro-fan and people write; writing leaves out every null.
/// </summary>
internal static class EndpointJson
{
    private static readonly JsonWriterOptions Form = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 16, AllowTrailingCommas = false };

    // What the part "fan" says itself; the rest of it belongs to the transport.
    private static readonly FrozenSet<string> OwnMembers = FrozenSet.Create(
        StringComparer.Ordinal, "application", "instance", "template", "since", "types");

    // What stands beside the host: micro-fan's facts for its transports over brokers, and the scheme of URLs where it is https. Its user
    // and password are nothing that a store should have: they are not read.
    private static readonly FrozenSet<string> RootMembers = FrozenSet.Create(
        StringComparer.Ordinal, "queue", "exchange", "exchange_type", "routing_key", "scheme", NetworkIdentity.Property);

    // micro-fan's transports over brokers: it publishes methods only where calls need their URLs.
    private static readonly FrozenSet<string> WithoutMethods = FrozenSet.Create(StringComparer.Ordinal, "amqp", "redis");

    public static byte[] Write(EndpointDescription endpoint)
    {
        var output = new ArrayBufferWriter<byte>();
        // The node is read by people too: '<', '>' and '?' stay what they are.
        using var json = new Utf8JsonWriter(output, Form);
        json.WriteStartObject();
        json.WriteString("transport", endpoint.Transport);
        WriteText(json, "host", Bracketed(endpoint.Host));
        if (endpoint.Port > 0) json.WriteNumber("port", endpoint.Port);
        foreach (var (key, value) in endpoint.Properties.Where(property => RootMembers.Contains(property.Key)))
        {
            json.WriteString(key, value);
        }

        // Only of these a missing list means any method.
        if (!endpoint.TakesAnyMethod || endpoint.IsFan || !WithoutMethods.Contains(endpoint.Transport))
        {
            json.WriteStartArray("methods");
            foreach (var method in endpoint.Methods) WriteMethod(json, method);
            json.WriteEndArray();
        }

        if (endpoint.IsFan)
        {
            json.WriteStartObject("fan");
            WriteText(json, "application", endpoint.Application);
            WriteText(json, "instance", endpoint.Instance);
            WriteText(json, "template", endpoint.Template);
            WriteText(json, "since", endpoint.Since?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            WriteTypes(json, endpoint.Types);
            foreach (var (key, value) in endpoint.Properties.Where(property => !RootMembers.Contains(property.Key)))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <param name="data">The node's data.</param>
    /// <param name="tables">Keeps once what several endpoints say alike.</param>
    public static EndpointDescription Read(ReadOnlyMemory<byte> data, MethodTables? tables = null)
    {
        try
        {
            using var document = JsonDocument.Parse(data, Strictness);
            return Read(document.RootElement, tables);
        }
        catch (JsonException error)
        {
            throw new FormatException($"The endpoint's data is no JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new FormatException($"The endpoint's data has a member of the wrong type: {error.Message}", error);
        }
    }

    private static EndpointDescription Read(JsonElement root, MethodTables? tables)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"The endpoint's data must be a JSON object; it is {root.ValueKind}.");
        }

        var fan = root.TryGetProperty("fan", out var part) && part.ValueKind == JsonValueKind.Object ? part : default;
        var own = fan.ValueKind == JsonValueKind.Object;
        var transport = Same(Text(root, "transport"), tables) ?? throw new FormatException("The endpoint's data has no 'transport'.");
        var any = !own
            && WithoutMethods.Contains(transport)
            && (!root.TryGetProperty("methods", out var methods) || methods.ValueKind == JsonValueKind.Null);
        return new EndpointDescription
        {
            Transport = transport,
            Host = Text(root, "host"),
            Port = Port(root),
            TakesAnyMethod = any,
            Methods = any ? MethodTable.Empty : root.TryGetProperty("methods", out methods) && methods.ValueKind == JsonValueKind.Array
                ? tables?.For(methods.GetRawText(), () => ReadMethods(methods)) ?? ReadMethods(methods)
                : throw new FormatException("The endpoint's data has no list 'methods'."),
            IsFan = own,
            Application = own ? Same(Text(fan, "application"), tables) : null,
            Instance = own ? Text(fan, "instance") : null,
            Template = own ? Same(Text(fan, "template"), tables) : null,
            Since = own
                && DateTimeOffset.TryParse(Text(fan, "since"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var since)
                ? since
                : null,
            Types = own ? ReadTypes(fan) : ServiceContract.NoTypes,
            Properties = ReadProperties(root, fan) is { Count: > 0 } properties ? properties : FrozenDictionary<string, string>.Empty,
        };
    }

    private static Dictionary<string, string> ReadProperties(JsonElement root, JsonElement fan)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && RootMembers.Contains(member.Name))
            {
                properties[member.Name] = member.Value.GetString()!;
            }
        }

        if (fan.ValueKind != JsonValueKind.Object) return properties;
        foreach (var member in fan.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String && !OwnMembers.Contains(member.Name))
            {
                properties[member.Name] = member.Value.GetString()!;
            }
        }

        return properties;
    }

    private static void WriteTypes(Utf8JsonWriter json, IReadOnlyDictionary<string, IReadOnlyList<string>> types)
    {
        if (types.Count == 0) return;
        json.WriteStartObject("types");
        foreach (var (name, lines) in types)
        {
            json.WriteStartArray(name);
            foreach (var line in lines) json.WriteStringValue(line);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    // Nothing is called by it, so what is no list of texts is passed over.
    private static IReadOnlyDictionary<string, IReadOnlyList<string>> ReadTypes(JsonElement fan)
    {
        if (!fan.TryGetProperty("types", out var types) || types.ValueKind != JsonValueKind.Object) return ServiceContract.NoTypes;
        var read = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var type in types.EnumerateObject())
        {
            if (read.Count == PublishedContract.MaxTypes) break;
            if (type.Value.ValueKind == JsonValueKind.Array
                && type.Value.EnumerateArray().All(line => line.ValueKind == JsonValueKind.String))
                read[type.Name] = [.. type.Value.EnumerateArray().Select(line => line.GetString()!)];
        }

        return read;
    }

    private static void WriteMethod(Utf8JsonWriter json, EndpointMethod method)
    {
        json.WriteStartObject();
        json.WriteString("name", method.Name);
        if (method.Url is not null)
        {
            json.WriteString("url", method.Url);
            json.WriteString("method", method.Verb);
        }

        WriteText(json, "content_type", method.ContentType);

        if (method.Kind != MethodKind.Rpc) json.WriteString("kind", method.Kind == MethodKind.Push ? "push" : "stream");
        WriteText(json, "fingerprint", method.Fingerprint);
        if (method.Idempotent) json.WriteBoolean("idempotent", true);
        if (method.Timeout is { } timeout) json.WriteNumber("timeout_ms", (long)timeout.TotalMilliseconds);
        if (method.Parameters is not null)
        {
            json.WriteStartArray("parameters");
            foreach (var parameter in method.Parameters) json.WriteStringValue(parameter);
            json.WriteEndArray();
        }

        WriteText(json, "result", method.Result);
        WriteText(json, "summary", method.Summary);
        json.WriteEndObject();
    }

    private static MethodTable ReadMethods(JsonElement methods) => new(methods.EnumerateArray().Select(ReadMethod));

    private static string? Same(string? text, MethodTables? tables) => text is null ? null : tables?.Same(text) ?? text;

    private static EndpointMethod ReadMethod(JsonElement method) => new()
    {
        Name = Text(method, "name") ?? throw new FormatException("A method of the endpoint has no 'name'."),
        Url = Text(method, "url"),
        Verb = Text(method, "method")?.ToUpperInvariant() ?? "GET",
        ContentType = Text(method, "content_type"),
        Kind = Text(method, "kind") switch { "push" => MethodKind.Push, "stream" => MethodKind.Stream, _ => MethodKind.Rpc },
        Fingerprint = Text(method, "fingerprint"),
        Idempotent = method.TryGetProperty("idempotent", out var idempotent) && idempotent.ValueKind == JsonValueKind.True,
        Timeout = ReadTimeout(method),
        Parameters = method.TryGetProperty("parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Array
            ? [.. parameters.EnumerateArray().Select(p => p.GetString() ?? "")]
            : null,
        Result = Text(method, "result"),
        Summary = Text(method, "summary"),
    };

    // A limit that nobody could ask for is none.
    private static TimeSpan? ReadTimeout(JsonElement method) =>
        method.TryGetProperty("timeout_ms", out var timeout)
            && timeout.ValueKind == JsonValueKind.Number
            && timeout.TryGetInt64(out var milliseconds)
            && milliseconds is -1 or (> 0 and <= uint.MaxValue)
            && TimeSpan.FromMilliseconds(milliseconds) is var limit
            && TimeLimit.IsAllowed(limit)
            ? limit
            : null;

    private static int Port(JsonElement root)
    {
        if (!root.TryGetProperty("port", out var port) || port.ValueKind == JsonValueKind.Null) return 0;
        // A registration file that takes the port from the environment writes it as a text.
        var number = port.ValueKind == JsonValueKind.String && int.TryParse(port.GetString(), out var parsed) ? parsed
            : port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out var plain) ? plain
            : -1;
        return number is >= 0 and <= 65535 ? number : throw new FormatException("The endpoint's 'port' must be a number from 0 to 65535.");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString() : null;

    // It goes into URLs as it is.
    private static string? Bracketed(string? host) =>
        host?.Contains(':', StringComparison.Ordinal) == true && !host.StartsWith('[') ? $"[{host}]" : host;

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }
}
