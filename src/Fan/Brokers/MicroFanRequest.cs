using System.Buffers;
using System.Text.Json;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Brokers;

/// <summary>
/// The body of a request in micro-fan's form: <c>context_headers</c>, <c>method</c>, <c>args</c>, <c>kwargs</c>, and over Redis
/// <c>back_route</c>.
/// </summary>
internal static class MicroFanRequest
{
    private const string BackRouteName = "back_route";

    private const int MaxRouteLength = 512;

    // What stands around the arguments.
    private const int OuterDepth = 2;

    /// <summary>Writes a call with named arguments, and over Redis with the channel that the reply goes to.</summary>
    public static byte[] Write(
        MicroFanForm form, ContextHeaders context, string method, ReadOnlyMemory<byte> arguments, string? backRoute = null)
    {
        var output = new ArrayBufferWriter<byte>(arguments.Length + 256);
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        context.Write(json, form);
        json.WriteString("method", method);
        json.WriteStartArray("args");
        json.WriteEndArray();
        json.WritePropertyName("kwargs");
        json.WriteRawValue(arguments.Span, skipInputValidation: true);
        if (backRoute is not null) json.WriteString(BackRouteName, backRoute);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Reads a body; the document is the caller's to dispose.</summary>
    /// <exception cref="BadMessageException">It is no request.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, FanLimits limits)
    {
        if (body.Length > limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The request has {body.Length} bytes; at most {limits.MaxPayloadBytes} are allowed " +
                $"({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = limits.MaxDepth + OuterDepth });
        }
        catch (JsonException error)
        {
            throw new BadMessageException("body", $"The request is no valid JSON: {error.Message}", error);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw new BadMessageException("body", "The request must be a JSON object with 'method', 'args' and 'kwargs'.");
    }

    /// <summary>The channel that the caller listens on; null where it waits for no reply.</summary>
    /// <exception cref="BadMessageException">What stands there can be none.</exception>
    public static string? BackRoute(JsonElement request)
    {
        if (!request.TryGetProperty(BackRouteName, out var route) || route.ValueKind == JsonValueKind.Null) return null;
        return route.ValueKind == JsonValueKind.String && Text(route, BackRouteName) is { Length: > 0 and <= MaxRouteLength } text ? text
            : throw new BadMessageException(
                BackRouteName, $"The '{BackRouteName}' of a request must be a text of 1 to {MaxRouteLength} characters.");
    }

    /// <summary>The wire name of the method.</summary>
    public static string Method(JsonElement request) =>
        request.TryGetProperty("method", out var method) && method.ValueKind == JsonValueKind.String
            ? Text(method, "method")
            : throw new BadMessageException("method", "The request has no text 'method'.");

    /// <summary>
    /// Writes its arguments by name: those of <c>args</c> take the names of the method's parameters in order. Shard keys, which micro-fan
    /// has as arguments of every method, go into the headers.
    /// </summary>
    /// <exception cref="BadArgumentException">There are more than the method has, or a shard key is no text and no number.</exception>
    public static void WriteArguments(JsonElement request, ServedMethod served, MessageHeaders headers, IBufferWriter<byte> output)
    {
        var (method, places) = (served.Method.Description, served.Service.Name.ShardKeys);
        var keys = new string?[places.Count];
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartObject();
        if (request.TryGetProperty("args", out var positional) && positional.ValueKind != JsonValueKind.Null)
        {
            if (positional.ValueKind != JsonValueKind.Array) throw new BadMessageException("args", "The request's 'args' must be a list.");
            var count = positional.GetArrayLength();
            if (count > method.Parameters.Count)
            {
                throw new BadArgumentException(
                    "args", $"'{method.Name}' takes {method.Parameters.Count} arguments, and {count} were given.");
            }

            var at = 0;
            foreach (var value in positional.EnumerateArray()) Write(json, method.Parameters[at++].Name, value);
        }

        if (request.TryGetProperty("kwargs", out var named) && named.ValueKind != JsonValueKind.Null)
        {
            if (named.ValueKind != JsonValueKind.Object)
            {
                throw new BadMessageException("kwargs", "The request's 'kwargs' must be an object.");
            }

            foreach (var argument in named.EnumerateObject())
            {
                var name = NameOf(argument);
                var place = PlaceOf(places, name);
                if (place >= 0) keys[place] = KeyOf(name, argument.Value);
                if (place < 0 || method.Parameters.Any(parameter => parameter.Name == name)) Write(json, name, argument.Value);
            }
        }

        if (keys.Length > 0 && !keys.Contains(null)) headers.ShardKeys = ShardKeyList.Format(keys!);

        json.WriteEndObject();
        json.Flush();
    }

    private static string Text(JsonElement value, string place)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new BadMessageException(place, $"The request's '{place}' is no text: {error.Message}", error);
        }
    }

    private static int PlaceOf(IReadOnlyList<string> places, string name)
    {
        for (var i = 0; i < places.Count; i++)
        {
            if (places[i] == name) return i;
        }

        return -1;
    }

    private static string KeyOf(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(value, name),
        JsonValueKind.Number => value.GetRawText(),
        _ => throw new BadArgumentException(name, $"The shard key '{name}' must be a text or a number."),
    };

    private static string NameOf(JsonProperty argument)
    {
        try
        {
            return argument.Name;
        }
        catch (InvalidOperationException error)
        {
            throw new BadMessageException("kwargs", $"The name of an argument is no text: {error.Message}", error);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value.GetRawText(), skipInputValidation: true);
    }
}
