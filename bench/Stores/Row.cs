using System.Text.Json.Nodes;

namespace Stores;

/// <summary>A row of the result; what does not belong to its operation is null.</summary>
internal sealed record Row(string Store, string Client, string Operation)
{
    public double? PerSecond { get; init; }

    /// <summary>The client's CPU time for one operation, in microseconds.</summary>
    public double? CpuMicroseconds { get; init; }

    /// <summary>How often as fast as the fastest of the others on the same store, taken within a round before its median.</summary>
    public double? TimesFastestPeer { get; init; }

    public double? MedianMs { get; init; }

    public double? P99Ms { get; init; }

    /// <summary>What else was measured.</summary>
    public JsonObject? More { get; init; }

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["store"] = Store, ["client"] = Client, ["operation"] = Operation };
        foreach (var (name, value) in new[]
            {
                ("per_second", PerSecond),
                ("cpu_us", CpuMicroseconds),
                ("times_fastest_peer", TimesFastestPeer),
                ("median_ms", MedianMs),
                ("p99_ms", P99Ms)
            })
        {
            if (value is { } number) json[name] = Math.Round(number, 3);
        }

        foreach (var (name, value) in More ?? []) json[name] = value?.DeepClone();
        return json;
    }
}
