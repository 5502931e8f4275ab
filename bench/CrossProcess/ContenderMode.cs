using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CrossProcess;

/// <summary>
/// Takes part in a run, ours or somebody else's: one request a line on standard input, one answer a line on standard output.
/// </summary>
internal static class ContenderMode
{
    private const int MaxCallers = 1024;
    private const double MaxSeconds = 600;

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(Contender contender, bool quick, TextReader input, TextWriter output)
    {
        Measurement? measurement = null;
        // In a run of many the broker is there already.
        IAsyncDisposable? broker = null;
        try
        {
            if (contender.Broker is not null) broker = await contender.Broker.StartAsync();
            measurement = await Measurement.StartAsync(contender, quick);
        }
        catch (Exception error)
        {
            if (broker is not null) await broker.DisposeAsync();
            await output.WriteLineAsync(Error($"'{contender.Name}' did not start: {error.Message}").ToJsonString(Plain));
            return 1;
        }

        await using (measurement)
        {
            await output.WriteLineAsync("""{"ready":true}""");
            while (await input.ReadLineAsync() is { } line)
            {
                await output.WriteLineAsync((await AnswerAsync(measurement, line)).ToJsonString(Plain));
            }
        }

        if (broker is not null) await broker.DisposeAsync();
        return 0;
    }

    private static async Task<JsonObject> AnswerAsync(Measurement measurement, string line)
    {
        if (!TryRead(line, out var payload, out var callers, out var seconds) || !measurement.Has(payload))
        {
            var payloads = string.Join(", ", Payload.All.Where(measurement.Has).Select(known => known.Name));
            return Error($$"""send {"payload":one of {{payloads}},"callers":1 to {{MaxCallers}},"seconds":above 0, to {{MaxSeconds}}}""");
        }

        try
        {
            var slice = await measurement.RunAsync(payload, callers, seconds);
            return new JsonObject
            {
                ["calls"] = slice.Calls,
                ["seconds"] = Math.Round(slice.Seconds, 6),
                ["p50"] = Math.Round(slice.P50, 2),
                ["p99"] = Math.Round(slice.P99, 2),
                ["cpu_s"] = Math.Round(slice.CpuSeconds, 6),
                ["bytes"] = Math.Round(slice.Bytes, 1),
            };
        }
        catch (Exception error)
        {
            // Whoever runs this wants to know, and to go on.
            return Error(error.Message);
        }
    }

    private static JsonObject Error(string message) => new() { ["error"] = message };

    private static bool TryRead(string line, out Payload payload, out int callers, out double seconds)
    {
        (payload, callers, seconds) = (null!, 0, 0);
        try
        {
            if (JsonNode.Parse(line) is not JsonObject request || Payload.Find((string?)request["payload"]) is not { } known) return false;
            (payload, callers, seconds) = (known, (int?)request["callers"] ?? 0, (double?)request["seconds"] ?? 0);
            return callers is >= 1 and <= MaxCallers && seconds is > 0 and <= MaxSeconds;
        }
        catch (Exception error)
            when (error is JsonException or InvalidOperationException or FormatException or OverflowException or ArgumentException)
        {
            return false;
        }
    }
}
