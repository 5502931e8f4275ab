using System.Text.Json;
using System.Text.Json.Nodes;

namespace InProcess;

/// <summary>Takes part in somebody else's run: one request a line on standard input, one answer a line on standard output.</summary>
internal static class ContenderMode
{
    public static async Task<int> RunAsync(Entry entry, TextReader input, TextWriter output)
    {
        await entry.StartAsync();
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var operation in new[] { "echo", "add" }) calls[operation] = await WarmUp.RunAsync(entry, operation, 0.02);

        await output.WriteLineAsync("{\"ready\":true}");
        while (await input.ReadLineAsync() is { } line)
        {
            if (!TryRead(line, out var operation, out var milliseconds))
            {
                await output.WriteLineAsync("""{"error":"send {\"operation\":\"echo\" or \"add\",\"milliseconds\":1 to 60000}"}""");
                continue;
            }

            await output.WriteLineAsync((await RunAsync(entry, operation, milliseconds / 1000, calls[operation])).ToJsonString());
        }

        return 0;
    }

    private static async Task<JsonObject> RunAsync(Entry entry, string operation, double seconds, int batch)
    {
        var (calls, elapsed, cpu, bytes) = (0L, 0.0, 0.0, 0.0);
        while (elapsed < seconds)
        {
            var slice = await Slice.MeasureAsync(entry, operation, batch);
            calls += slice.Calls;
            elapsed += slice.Seconds;
            cpu += slice.CpuSeconds;
            bytes += slice.BytesPerCall * slice.Calls;
        }

        return new JsonObject { ["calls"] = calls, ["seconds"] = elapsed, ["cpu_s"] = cpu, ["bytes"] = bytes / calls };
    }

    private static bool TryRead(string line, out string operation, out double milliseconds)
    {
        (operation, milliseconds) = ("", 0);
        try
        {
            var request = JsonNode.Parse(line)!;
            (operation, milliseconds) = ((string?)request["operation"] ?? "", (double?)request["milliseconds"] ?? 0);
            return operation is "echo" or "add" && milliseconds is >= 1 and <= 60_000;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }
}
