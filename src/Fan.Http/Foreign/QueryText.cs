using System.Text;
using System.Text.Json;

namespace Fan.Http.Foreign;

/// <summary>
/// JSON values as texts in a query or form, as micro-fan writes them: <c>True</c> and <c>False</c>, null left out, of an object its keys.
/// </summary>
internal static class QueryText
{
    /// <summary>The text of a value; null where it is left out.</summary>
    public static string? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(item => Of(item) ?? "")),
        _ => value.GetRawText(),
    };

    /// <summary>Looks that each text in a value can be sent.</summary>
    /// <exception cref="InvalidOperationException">One has half a character.</exception>
    public static void Check(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) Check(item);
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    Check(member.Value);
                }

                break;
            default:
                break;
        }
    }

    /// <summary>All arguments as a query string, lists joined by commas; empty where there are none.</summary>
    public static string Write(JsonElement arguments, char first)
    {
        var query = new StringBuilder();
        foreach (var argument in arguments.EnumerateObject())
        {
            foreach (var text in Texts(argument.Value))
            {
                query.Append(query.Length == 0 ? first : '&').Append(Escape(argument.Name)).Append('=').Append(Escape(text));
            }
        }

        return query.ToString();
    }

    private static IEnumerable<string> Texts(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return value.EnumerateObject().Select(member => member.Name);
        return Of(value) is { } text ? [text] : [];
    }

    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
