using System.Text.Json.Nodes;

namespace CrossProcess;

/// <summary>The result as a table and as JSON.</summary>
internal static class Report
{
    public static void WriteTable(IReadOnlyList<Row> rows, TextWriter output)
    {
        foreach (var group in rows.GroupBy(row => (row.Payload, row.Callers)))
        {
            output.WriteLine();
            output.WriteLine(
                $"{$"{group.Key.Payload}, {group.Key.Callers} callers",-20} {"calls/s",10} {"p50 us",10} {"p99 us",10} " +
                $"{"cpu us/call",12} {"bytes/call",11} {"cpu x peer",11}");
            foreach (var row in group)
            {
                output.WriteLine(string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{row.Name,-20} {row.CallsPerSecond,10:0} {row.P50,10:0.0} {row.P99,10:0.0} {row.Cpu,12:0.0} " +
                    $"{row.Bytes,11:0} {row.Ratio,11:0.00}"));
            }
        }
    }

    public static Task WriteJsonAsync(IReadOnlyList<Row> rows, string path)
    {
        var json = new JsonArray([.. rows.Select(row => new JsonObject
        {
            ["name"] = row.Name,
            ["payload"] = row.Payload,
            ["callers"] = row.Callers,
            ["calls_per_second"] = row.CallsPerSecond,
            ["p50_us"] = row.P50,
            ["p99_us"] = row.P99,
            ["cpu_us_per_call"] = row.Cpu,
            ["bytes_per_call"] = row.Bytes,
            ["peer"] = row.Peer,
            ["cpu_ratio"] = row.Ratio,
        })]);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        return File.WriteAllTextAsync(path, json.ToJsonString());
    }
}
