using System.Text.Json;
using System.Text.Json.Nodes;

namespace Stores;

/// <summary>The result as a table and as JSON.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void WriteTable(IReadOnlyList<Row> rows, TextWriter output)
    {
        foreach (var group in rows.GroupBy(row => row.Operation))
        {
            output.WriteLine();
            output.WriteLine(
                $"{group.Key,-14} {"client",-8} {"per second",12} {"cpu us",8} {"x fastest",10} {"median ms",10} {"p99 ms",9}");
            foreach (var row in group)
            {
                output.WriteLine(string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"{row.Store,-14} {row.Client,-8} {row.PerSecond,12:0} {row.CpuMicroseconds,8:0.0} {row.TimesFastestPeer,10:0.00} " +
                    $"{row.MedianMs,10:0.000} {row.P99Ms,9:0.000}"));
                foreach (var (name, value) in row.More ?? []) output.WriteLine($"  {name}: {value?.ToJsonString()}");
            }
        }
    }

    public static Task WriteJsonAsync(IReadOnlyList<Row> rows, string path) =>
        File.WriteAllTextAsync(path, new JsonArray([.. rows.Select(row => row.ToJson())]).ToJsonString(Indented));
}
