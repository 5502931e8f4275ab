using System.Buffers;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Database.Calls;

/// <summary>An error as the body of a frame: a JSON object with the members of <see cref="WireError"/>.</summary>
internal static class ErrorText
{
    public static byte[] Write(WireError error)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("code", error.Code);
            json.WriteString("message", error.Message);
            Text(json, "traceId", error.TraceId);
            Text(json, "service", error.Service);
            Text(json, "method", error.Method);
            Text(json, "requested", error.Requested);
            Text(json, "place", error.Place);
            Text(json, "type", error.Type);
            if (error.RetryAfterMilliseconds is { } wait) json.WriteNumber("retryAfterMilliseconds", wait);
            if (error.Available is { } available)
            {
                json.WriteStartArray("available");
                foreach (var one in available) json.WriteStringValue(one);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    public static Exception Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return new WireError
            {
                Code = Text(root, "code") ?? ErrorCodes.RemoteFailure,
                Message = Text(root, "message") ?? "",
                TraceId = Text(root, "traceId"),
                Service = Text(root, "service"),
                Method = Text(root, "method"),
                Requested = Text(root, "requested"),
                Place = Text(root, "place"),
                Type = Text(root, "type"),
                RetryAfterMilliseconds = root.TryGetProperty("retryAfterMilliseconds", out var wait) ? wait.GetInt64() : null,
                Available = root.TryGetProperty("available", out var available)
                    ? [.. available.EnumerateArray().Select(one => one.GetString() ?? "")]
                    : null,
            }.ToException();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return new BadMessageException("reply", $"The error that came back can't be read: {error.Message}", error);
        }
    }

    private static void Text(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static string? Text(JsonElement root, string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
}
