using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fan.Cli.Output;

/// <summary>Prints JSON: a line for programs, indented and coloured for people.</summary>
internal static class JsonPrinter
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The reply of a call: indented for people, a line for programs.</summary>
    public static void WriteReply(Terminal terminal, JsonElement value)
    {
        if (terminal.OutIsTerminal) WriteIndented(terminal.Out, value, terminal.OutColours);
        else WriteLine(terminal.Out, value);
    }

    /// <summary>An item of a sequence: always one line.</summary>
    public static void WriteItem(Terminal terminal, JsonElement value)
    {
        if (terminal.OutColours.AreOn) Write(terminal.Out, value, terminal.OutColours, indent: null);
        else terminal.Out.Write(SafeText.Json(Text(value)));
        terminal.Out.WriteLine();
    }

    /// <summary>A value on one line.</summary>
    public static void WriteLine(TextWriter output, JsonElement value) => output.WriteLine(SafeText.Json(Text(value)));

    private static void WriteIndented(TextWriter output, JsonElement value, Colours colours)
    {
        Write(output, value, colours, "");
        output.WriteLine();
    }

    // Without an indent it is one line.
    private static void Write(TextWriter output, JsonElement value, Colours colours, string? indent)
    {
        var inside = indent is null ? null : indent + "  ";
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().MoveNext():
                output.Write('{');
                var isFirst = true;
                foreach (var member in value.EnumerateObject())
                {
                    Separate(output, ref isFirst, inside);
                    output.Write(colours.Name(Quoted(member.Name)));
                    output.Write(": ");
                    Write(output, member.Value, colours, inside);
                }

                Break(output, indent);
                output.Write('}');
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                output.Write('[');
                var isFirstItem = true;
                foreach (var item in value.EnumerateArray())
                {
                    Separate(output, ref isFirstItem, inside);
                    Write(output, item, colours, inside);
                }

                Break(output, indent);
                output.Write(']');
                break;
            default:
                var text = SafeText.Json(Text(value));
                output.Write(value.ValueKind switch { JsonValueKind.String => colours.Text(text), JsonValueKind.Number => colours.Number(text), _ => colours.Word(text) });
                break;
        }
    }

    private static void Separate(TextWriter output, ref bool isFirst, string? indent)
    {
        if (!isFirst) output.Write(indent is null ? ", " : ",");
        isFirst = false;
        Break(output, indent);
    }

    private static void Break(TextWriter output, string? indent)
    {
        if (indent is null) return;
        output.Write('\n');
        output.Write(indent);
    }

    private static string Quoted(string name) => SafeText.Json("\"" + JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name) + "\"");

    private static string Text(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact)) value.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
