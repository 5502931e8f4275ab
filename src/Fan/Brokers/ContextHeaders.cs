using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Brokers;

/// <summary>
/// The trace of a call as micro-fan's messages carry it; how ids are written is a matter of the <see cref="MicroFanForm"/>.
/// </summary>
internal readonly record struct ContextHeaders(ulong Span, UInt128 Trace, bool Sampled)
{
    public const string Member = "context_headers";

    private const string SpanName = "span_id";
    private const string TraceName = "trace_id";
    private const string SampledName = "sampled";

    /// <summary>Those of a call that is sent. Its span tells its reply from others, so it is never one that another call has.</summary>
    public static ContextHeaders For(MessageHeaders headers)
    {
        ulong span = 0;
        while (span == 0) span = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        // Its tracer fails on some trace ids of more than 64 bits.
        return headers.TraceParent is { Length: >= 55 } parent
            && ulong.TryParse(parent.AsSpan(19, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var trace)
            && trace != 0
            ? new ContextHeaders(span, trace, parent[54] is '1' or '3')
            : new ContextHeaders(span, span, Sampled: true);
    }

    /// <summary>Reads those of a request; null where they are not whole, which begins a new trace.</summary>
    public static ContextHeaders? Read(JsonElement body)
    {
        if (!body.TryGetProperty(Member, out var headers) || headers.ValueKind != JsonValueKind.Object) return null;
        return Text(headers, SpanName) is { } span
            && UInt128.TryParse(span, NumberStyles.None, CultureInfo.InvariantCulture, out var spanId)
            && (ulong)spanId != 0
            && Text(headers, TraceName) is { } trace
            && UInt128.TryParse(trace, NumberStyles.None, CultureInfo.InvariantCulture, out var traceId)
            && traceId != 0
            && Text(headers, SampledName) is { } sampled
            ? new ContextHeaders((ulong)spanId, traceId, sampled is "True" or "true" or "1")
            : null;
    }

    public string TraceParent =>
        $"00-{Trace.ToString("x32", CultureInfo.InvariantCulture)}-{Span.ToString("x16", CultureInfo.InvariantCulture)}-" +
        $"{(Sampled ? "01" : "00")}";

    /// <summary>The members as texts, in the order in which micro-fan has them.</summary>
    public IEnumerable<KeyValuePair<string, string>> Members =>
    [
        new(SpanName, Span.ToString(CultureInfo.InvariantCulture)),
        new(TraceName, Trace.ToString(CultureInfo.InvariantCulture)),
        new(SampledName, Sampled ? "True" : "False"),
    ];

    public void Write(Utf8JsonWriter json, MicroFanForm form)
    {
        json.WriteStartObject(Member);
        foreach (var (name, value) in Members)
        {
            json.WritePropertyName(name);
            if (form == MicroFanForm.Amqp) json.WriteStringValue(value);
            // A text in place of a number or a boolean ends the loop that reads at its side.
            else json.WriteRawValue(name == SampledName ? (Sampled ? "true" : "false") : value, skipInputValidation: true);
        }

        json.WriteEndObject();
    }

    private static string? Text(JsonElement element, string name) =>
        !element.TryGetProperty(name, out var value) ? null : value.ValueKind switch
        {
            // A text that is one of these needs no escapes, and one with half a character could not be read.
            JsonValueKind.String => value.GetRawText().Trim('"'),
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => null,
        };
}
