using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Fan.Cli.Output;

/// <summary>
/// Prints JSON: a line for programs, indented and coloured for people. Text is shown as it is; only what would not show, or do something to
/// a terminal, is escaped.
/// </summary>
internal static class JsonPrinter
{
    private static readonly Colours Plain = new(enabled: false);

    /// <summary>The reply of a call: indented for people, a line for programs.</summary>
    public static void WriteReply(Terminal terminal, JsonElement value)
    {
        Write(terminal.Out, value, terminal.OutColours, terminal.OutIsTerminal ? "" : null);
        terminal.Out.WriteLine();
    }

    /// <summary>An item of a sequence: always one line.</summary>
    public static void WriteItem(Terminal terminal, JsonElement value)
    {
        Write(terminal.Out, value, terminal.OutColours, indent: null);
        terminal.Out.WriteLine();
    }

    /// <summary>A value on one line.</summary>
    public static void WriteLine(TextWriter output, JsonElement value)
    {
        Write(output, value, Plain, indent: null);
        output.WriteLine();
    }

    // Without an indent it is one line. As deep as the reader of JSON allows.
    private static void Write(TextWriter output, JsonElement value, Colours colours, string? indent)
    {
        var inside = indent is null ? null : indent + "  ";
        var isFirst = true;
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().MoveNext():
                output.Write('{');
                foreach (var member in value.EnumerateObject())
                {
                    Separate(output, ref isFirst, colours, inside);
                    output.Write(colours.Name(NameOf(member)));
                    output.Write(indent is null && !colours.AreOn ? ":" : ": ");
                    Write(output, member.Value, colours, inside);
                }

                Break(output, indent);
                output.Write('}');
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                output.Write('[');
                foreach (var item in value.EnumerateArray())
                {
                    Separate(output, ref isFirst, colours, inside);
                    Write(output, item, colours, inside);
                }

                Break(output, indent);
                output.Write(']');
                break;
            case JsonValueKind.String:
                output.Write(colours.Text(TextOf(value)));
                break;
            case JsonValueKind.Number:
                output.Write(colours.Number(value.GetRawText()));
                break;
            case JsonValueKind.Object:
                output.Write("{}");
                break;
            case JsonValueKind.Array:
                output.Write("[]");
                break;
            default:
                output.Write(
                    colours.Word(value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" }));
                break;
        }
    }

    private static void Separate(TextWriter output, ref bool isFirst, Colours colours, string? indent)
    {
        if (!isFirst) output.Write(indent is null && colours.AreOn ? ", " : ",");
        isFirst = false;
        Break(output, indent);
    }

    private static void Break(TextWriter output, string? indent)
    {
        if (indent is null) return;
        output.Write('\n');
        output.Write(indent);
    }

    private static string TextOf(JsonElement value)
    {
        try
        {
            return Quoted(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, which only its escape can stand for.
            return SafeText.Json(value.GetRawText());
        }
    }

    private static string NameOf(JsonProperty member)
    {
        try
        {
            return Quoted(member.Name);
        }
        catch (InvalidOperationException)
        {
            return $"\"{SafeText.Json(Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8PropertyName(member)))}\"";
        }
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ => quoted.Append(c),
            };
        }

        return SafeText.Json(quoted.Append('"').ToString());
    }
}
