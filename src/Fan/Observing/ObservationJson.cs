using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Fan.Observing;

/// <summary>What is to be observed, and what was, as they stand in the store.</summary>
internal static class ObservationJson
{
    private static readonly JsonDocumentOptions Strictness = new() { MaxDepth = 8 };

    public static byte[] WriteWanted(IEnumerable<string> services)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartArray();
        foreach (var service in services) json.WriteStringValue(service);
        json.WriteEndArray();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no such list.</exception>
    public static IReadOnlyList<string> ReadWanted(ReadOnlyMemory<byte> data) =>
        Guarded(data, root => root.EnumerateArray().Select(service => service.GetString() ?? "").ToList());

    public static byte[] Write(string watch, IReadOnlyDictionary<string, ObservedCalls> calls)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("watch", watch);
        json.WriteStartObject("services");
        foreach (var (service, seen) in calls)
        {
            json.WriteStartObject(service);
            json.WriteNumber("failed", seen.Failed);
            json.WriteStartObject("durations");
            foreach (var (step, count) in seen.Durations) json.WriteNumber(step.ToString(CultureInfo.InvariantCulture), count);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <exception cref="FormatException">It is no observation.</exception>
    public static (string Watch, IReadOnlyDictionary<string, ObservedCalls> Calls) Read(ReadOnlyMemory<byte> data) =>
        Guarded(data, root => (
            root.GetProperty("watch").GetString() ?? "",
            (IReadOnlyDictionary<string, ObservedCalls>)root.GetProperty("services").EnumerateObject().ToDictionary(
                service => service.Name,
                service => new ObservedCalls(
                    service.Value.GetProperty("failed").GetInt64(),
                    service.Value.GetProperty("durations").EnumerateObject().ToImmutableSortedDictionary(
                        step => Math.Clamp(
                            int.Parse(step.Name, NumberStyles.None, CultureInfo.InvariantCulture),
                            0,
                            DurationScale.Steps - 1), step => step.Value.GetInt64())),
                StringComparer.Ordinal)));

    private static T Guarded<T>(ReadOnlyMemory<byte> data, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(data, Strictness);
            return read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            or ArgumentException or OverflowException)
        {
            throw new FormatException($"It is not what Fan writes: {error.Message}", error);
        }
    }
}
