using System.Text.Json.Nodes;

namespace InProcess;

/// <summary>The result as a table and as JSON.</summary>
internal static class Report
{
    public static void WriteTable(IReadOnlyList<Row> rows, TextWriter output)
    {
        foreach (var group in rows.GroupBy(row => row.Operation))
        {
            output.WriteLine();
            output.WriteLine($"{group.Key,-20} {"ns/call",12} {"x direct",12} {"bytes/call",12}");
            foreach (var row in group)
            {
                output.WriteLine(FormattableString.Invariant($"{row.Name,-20} {row.Ns,12:0.00} {row.Ratio,12:0.00} {row.Bytes,12:0}"));
            }
        }
    }

    public static Task WriteJsonAsync(IReadOnlyList<Row> rows, string path)
    {
        var json = new JsonArray(
            [.. rows.Select(row => new JsonObject
            {
                ["name"] = row.Name,
                ["operation"] = row.Operation,
                ["ns"] = row.Ns,
                ["ratio"] = row.Ratio,
                ["bytes"] = row.Bytes
            })]);
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        return File.WriteAllTextAsync(path, json.ToJsonString());
    }
}
