using System.Buffers;
using System.Text;
using System.Text.Json;
using Fan.Messaging;

namespace Fan.Database.Engines;

/// <summary>Headers as the text of a column: a JSON object of texts.</summary>
internal static class MessageText
{
    public static string Write(MessageHeaders headers)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            headers.CopyTo(json, static (writer, name, value) => writer.WriteString(name, value));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <exception cref="BadMessageException">A header breaks its form.</exception>
    public static MessageHeaders Read(string text)
    {
        var headers = new MessageHeaders();
        try
        {
            using var json = JsonDocument.Parse(text);
            foreach (var header in json.RootElement.EnumerateObject()) headers.TrySet(header.Name, header.Value.GetString() ?? "");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new BadMessageException("headers", $"The headers of the message are no JSON object of texts: {error.Message}", error);
        }

        return headers;
    }
}
