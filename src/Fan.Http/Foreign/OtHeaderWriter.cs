using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Http.Foreign;

/// <summary>Writes the trace headers of Python's micro-fan: all four, always, with 64-bit ids.</summary>
internal static class OtHeaderWriter
{
    public static void Write(HttpRequestHeaders headers, MessageHeaders message)
    {
        var parent = message.TraceParent is { Length: >= 55 } text ? text : null;
        // Its tracer fails on longer trace ids that begin with a zero.
        headers.TryAddWithoutValidation(OtHeaders.TraceId, Id(parent, 19));
        headers.TryAddWithoutValidation(OtHeaders.SpanId, Id(parent, 36));
        headers.TryAddWithoutValidation(OtHeaders.Sampled, parent is null || parent[54] is '1' or '3' ? "true" : "false");
        headers.TryAddWithoutValidation(OtHeaders.Baggage, BaggageJson(message.Baggage));
    }

    private static string Id(string? parent, int start)
    {
        var id = parent is null ? 0 : ulong.Parse(parent.AsSpan(start, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        while (id == 0) id = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return id.ToString("x", CultureInfo.InvariantCulture);
    }

    private static string BaggageJson(string? header)
    {
        if (!Baggage.TryParse(header, out var members, out _) || members.Count == 0) return "{}";
        var json = new System.Buffers.ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(json);
        writer.WriteStartObject();
        foreach (var (name, value) in members) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.Flush();
        // The default encoder leaves ASCII only.
        return Encoding.ASCII.GetString(json.WrittenSpan);
    }
}
