using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fan.Meaning.Tests.Values;

/// <summary>A value in a line, private fields included, for whoever reads a failure.</summary>
internal static class ValueText
{
    private const int Most = 600;

    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.Length > Most ? text.ToString(0, Most) + "…" : text.ToString();
    }

    private static void Write(StringBuilder text, object? value, int depth)
    {
        if (text.Length > Most || depth > 6)
        {
            text.Append('…');
            return;
        }

        switch (value)
        {
            case null: text.Append("null"); break;
            case string s: text.Append('"').Append(Escaped(s.Length > 60 ? s[..60] + "…" : s)).Append('"'); break;
            case char c: text.Append('\'').Append(Escaped(c.ToString())).Append('\''); break;
            case double d: text.Append(d.ToString("R", CultureInfo.InvariantCulture)); break;
            case float f: text.Append(f.ToString("R", CultureInfo.InvariantCulture)).Append('f'); break;
            case decimal m:
                text.Append(m.ToString(CultureInfo.InvariantCulture)).Append(m == 0 && (decimal.GetBits(m)[3] < 0) ? "m (negative)" : "m");
                break;
            case DateTime time: text.Append(time.ToString("o", CultureInfo.InvariantCulture)).Append(' ').Append(time.Kind); break;
            case DateTimeOffset moment: text.Append(moment.ToString("o", CultureInfo.InvariantCulture)); break;
            case Uri uri: text.Append('<').Append(Escaped(uri.OriginalString)).Append('>'); break;
            case byte[] bytes: text.Append("bytes ").Append(Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 16)))); break;
            case ReadOnlyMemory<byte> bytes: text.Append("bytes ").Append(Convert.ToHexString(bytes.Span)); break;
            case Memory<byte> bytes: text.Append("bytes ").Append(Convert.ToHexString(bytes.Span)); break;
            case JsonElement { ValueKind: JsonValueKind.Undefined }: text.Append("undefined"); break;
            case JsonElement json: text.Append("json ").Append(json.GetRawText()); break;
            case JsonDocument json: text.Append("json ").Append(json.RootElement.GetRawText()); break;
            case JsonNode json: text.Append("json ").Append(json.ToJsonString()); break;
            case Exception error: text.Append(error.GetType().Name).Append(": ").Append(error.Message); break;
            case IFormattable or bool or Type or Version: text.Append(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
            case IEnumerable items: Items(text, items, depth); break;
            default: Members(text, value, depth); break;
        }
    }

    private static void Items(StringBuilder text, IEnumerable items, int depth)
    {
        text.Append('[');
        var first = true;
        foreach (var item in Contents.Of(items))
        {
            if (!first) text.Append(", ");
            first = false;
            Write(text, item, depth + 1);
            if (text.Length > Most) break;
        }

        text.Append(']');
    }

    private static void Members(StringBuilder text, object value, int depth)
    {
        text.Append(value.GetType().Name).Append(" { ");
        for (var at = value.GetType(); at is not null && at != typeof(object) && at != typeof(ValueType); at = at.BaseType)
        {
            foreach (var field in at.GetFields(
                BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                if (field.FieldType.IsPointer) continue;
                text.Append(field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name)
                    .Append(" = ");
                Write(text, field.GetValue(value), depth + 1);
                text.Append("; ");
            }
        }

        text.Append('}');
    }

    private static string Escaped(string text) =>
        string.Concat(text.Select(c => c is '"' or '\\'
            ? "\\" + c
            : c is < ' ' or > '~'
            ? "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture)
            : c.ToString()));
}
