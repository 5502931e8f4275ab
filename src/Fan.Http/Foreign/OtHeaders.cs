using System.Globalization;
using System.Text.Json;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;

namespace Fan.Http.Foreign;

/// <summary>
/// The trace headers of Python's micro-fan as they come in. All four must be there and parse, or the call begins a new trace.
/// </summary>
internal sealed class OtHeaders
{
    public const string SpanId = "ot-span-id";
    public const string TraceId = "ot-trace-id";
    public const string Baggage = "ot-baggage";
    public const string Sampled = "ot-sampled";

    // A Django service of micro-fan sends its headers under the names that its framework gives incoming ones.
    private const string DjangoPrefix = "HTTP_OT_";

    private string? _span;
    private string? _trace;
    private string? _baggage;
    private string? _sampled;

    public static bool IsOne(string name) =>
        name.Length is >= 10 and <= 16
        && (name.StartsWith("ot-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(DjangoPrefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a request comes from micro-fan, which takes one JSON value as a reply and nothing else.</summary>
    public static bool AreIn(IHeaderDictionary headers) => headers.ContainsKey(TraceId) || headers.ContainsKey(DjangoPrefix + "TRACE_ID");

    public void Set(string name, string value)
    {
        var key = name.StartsWith(DjangoPrefix, StringComparison.OrdinalIgnoreCase)
            ? "ot-" + name[DjangoPrefix.Length..].Replace('_', '-')
            : name;
        switch (key.ToLowerInvariant())
        {
            case SpanId: _span ??= value; break;
            case TraceId: _trace ??= value; break;
            case Baggage: _baggage ??= value; break;
            case Sampled: _sampled ??= value; break;
        }
    }

    public void CopyTo(MessageHeaders message)
    {
        if (Id(_trace, 32) is not { } trace || Id(_span, 16) is not { } span || _baggage is null || Flag(_sampled) is not { } sampled)
        {
            return;
        }

        if (ReadBaggage(_baggage) is not { } members) return;
        message.TraceParent = $"00-{trace}-{span}-{(sampled ? "01" : "00")}";
        message.Baggage ??= Messaging.Baggage.Format(members);
    }

    private static string? Id(string? text, int digits)
    {
        if (text is null
            || !UInt128.TryParse(text.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id)
            || id == 0)
        {
            return null;
        }

        if (digits == 16) id &= ulong.MaxValue;
        return id == 0 ? null : id.ToString(digits == 32 ? "x32" : "x16", CultureInfo.InvariantCulture);
    }

    private static bool? Flag(string? text) => text?.Trim() switch { "true" or "1" => true, "false" or "0" => false, _ => null };

    private static List<KeyValuePair<string, string?>>? ReadBaggage(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Null => [],
                JsonValueKind.Object => [.. document.RootElement.EnumerateObject().Select(member => KeyValuePair.Create(
                    member.Name, member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText()))],
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
