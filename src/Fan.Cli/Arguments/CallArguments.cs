using System.Buffers;
using System.Text;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Messaging;

namespace Fan.Cli.Arguments;

/// <summary>The arguments of a call as they stand on the command line, as one JSON object.</summary>
internal sealed class CallArguments
{
    private static readonly FanLimits Limits = new();

    private CallArguments(JsonElement json, IReadOnlySet<string> plain)
    {
        Json = json;
        Plain = plain;
    }

    /// <summary>The object.</summary>
    public JsonElement Json { get; }

    /// <summary>The arguments whose values were written without quotes and are JSON: somebody may have meant a text.</summary>
    public IReadOnlySet<string> Plain { get; }

    /// <exception cref="UsageException">They are none; the message names the argument.</exception>
    public static async Task<CallArguments> ReadAsync(
        IReadOnlyList<string> words, Func<Stream> standardInput, string verb, CancellationToken cancellationToken)
    {
        var input = new InputText(standardInput, Limits.MaxPayloadBytes);
        if (words is [var source] && InputText.IsSource(source))
        {
            return new CallArguments(
                Whole(source, await input.ReadAsync(source, cancellationToken).ConfigureAwait(false)), new HashSet<string>());
        }

        var buffer = new ArrayBufferWriter<byte>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var plain = new HashSet<string>(StringComparer.Ordinal);
        var writer = new Utf8JsonWriter(buffer);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            foreach (var word in words)
            {
                var equals = word.IndexOf('=');
                if (equals != 0 && word.StartsWith("--", StringComparison.Ordinal)) throw UsageException.UnknownOption(word, verb);
                if (equals <= 0) throw new UsageException(InputText.IsSource(word)
                    ? $"'{word}' is all arguments at once, so it must stand alone; for one argument write name={word}."
                    : $"'{word}' must be name=value, as in inventory_id=7.");
                var (name, value) = (word[..equals], word[(equals + 1)..]);
                if (!names.Add(name)) throw new UsageException($"Argument '{name}' is given twice.");
                var isSource = InputText.IsSource(value);
                if (isSource) value = await input.ReadAsync(value, cancellationToken).ConfigureAwait(false);
                writer.WritePropertyName(name);
                if (!TryWriteJson(writer, name, value)) writer.WriteStringValue(isSource ? WithoutLastLineEnd(value) : value);
                else if (!isSource && value[0] is not ('"' or '{' or '[')) plain.Add(name);
            }

            writer.WriteEndObject();
        }

        return new CallArguments(Parse("The arguments", buffer.WrittenMemory), plain);
    }

    private static JsonElement Whole(string source, string text)
    {
        var name = source == "-" ? "Standard input" : $"File '{source[1..]}'";
        var json = Parse(name, Encoding.UTF8.GetBytes(text));
        return json.ValueKind == JsonValueKind.Object
            ? json
            : throw new UsageException($"{name} must hold the arguments as one JSON object; it holds {Kind(json.ValueKind)}.");
    }

    // What is no JSON is a text; what is too deep is a mistake.
    private static bool TryWriteJson(Utf8JsonWriter writer, string name, string text)
    {
        if (string.IsNullOrWhiteSpace(text)) return false;
        var bytes = Encoding.UTF8.GetBytes(text);
        if (!IsJson(bytes, maxDepth: 1000)) return false;
        if (!IsJson(bytes, Limits.MaxDepth))
        {
            throw new UsageException(
                $"Argument '{name}' is nested deeper than {Limits.MaxDepth} levels, which is deeper than a call carries.");
        }

        writer.WriteRawValue(bytes, skipInputValidation: true);
        return true;
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes, int maxDepth)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                // To the end, or to what is no JSON.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonElement Parse(string name, ReadOnlyMemory<byte> json)
    {
        if (json.Length > Limits.MaxPayloadBytes)
        {
            throw new UsageException($"{name} have {json.Length} bytes; a call carries at most {Limits.MaxPayloadBytes}.");
        }

        try
        {
            // A level more than values have: the object of the arguments.
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxDepth + 1 });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new UsageException($"{name} can't be used as JSON: {error.Message}", error);
        }
    }

    private static string WithoutLastLineEnd(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;

    private static string Kind(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
