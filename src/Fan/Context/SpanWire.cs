using System.Buffers;
using System.Text.Json;

namespace Fan.Context;

/// <summary>Recorded spans as the value of a reply header: base64 of a JSON array of arrays.</summary>
internal static class SpanWire
{
    private const int MaxBytes = 8 * 1024;

    public static string Write(IReadOnlyList<CallSpan> spans)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartArray();
        foreach (var span in spans)
        {
            json.WriteStartArray();
            json.WriteNumberValue(span.ParentId);
            json.WriteStringValue(span.Name);
            json.WriteNumberValue((int)span.Kind);
            json.WriteStringValue(span.Application);
            json.WriteNumberValue((long)span.Start.TotalMicroseconds);
            json.WriteNumberValue((long)span.Duration.TotalMicroseconds);
            json.WriteStringValue(span.Error);
            json.WriteStringValue(span.Transport);
            json.WriteEndArray();
            json.Flush();
            // Parents stand before their children, so that what is cut off at the end leaves a whole tree.
            if (output.WrittenCount > MaxBytes) break;
        }

        json.WriteEndArray();
        json.Flush();
        return Convert.ToBase64String(output.WrittenSpan);
    }

    /// <summary>Reads spans; none where the value is not ours: a recording is never a reason to fail a call.</summary>
    public static List<CallSpan> Read(string wire)
    {
        var spans = new List<CallSpan>();
        if (wire.Length > MaxBytes * 2) return spans;
        try
        {
            using var document = JsonDocument.Parse(Convert.FromBase64String(wire), new JsonDocumentOptions { MaxDepth = 3 });
            foreach (var row in document.RootElement.EnumerateArray())
            {
                var parent = row[0].GetInt32();
                if (parent >= spans.Count) return [];
                spans.Add(new CallSpan(
                    spans.Count, parent, row[1].GetString() ?? "", (CallSpanKind)row[2].GetInt32(), row[3].GetString() ?? "",
                    TimeSpan.FromMicroseconds(row[4].GetInt64()), TimeSpan.FromMicroseconds(row[5].GetInt64()), row[6].GetString())
                { Transport = row.GetArrayLength() > 7 ? row[7].GetString() : null });
            }

            return spans;
        }
        catch (Exception error)
            when (error is JsonException or FormatException or InvalidOperationException or IndexOutOfRangeException or OverflowException)
        {
            return [];
        }
    }
}
