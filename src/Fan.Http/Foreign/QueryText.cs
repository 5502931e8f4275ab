using System.Text;
using System.Text.Json;

namespace Fan.Http.Foreign;

/// <summary>JSON values as texts in a query or form: lists joined by commas, <c>True</c> and <c>False</c>, null left out.</summary>
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
        // A query has no form for an object; its JSON at least keeps what it holds.
        _ => value.GetRawText(),
    };

    /// <summary>All arguments as a query string; empty where there are none.</summary>
    public static string Write(JsonElement arguments, char first)
    {
        var query = new StringBuilder();
        foreach (var argument in arguments.EnumerateObject())
        {
            if (Of(argument.Value) is not { } text) continue;
            query.Append(query.Length == 0 ? first : '&').Append(Uri.EscapeDataString(argument.Name)).Append('=').Append(Uri.EscapeDataString(text));
        }

        return query.ToString();
    }
}
