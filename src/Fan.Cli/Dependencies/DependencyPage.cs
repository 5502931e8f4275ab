using System.Globalization;
using Fan.Cli.Output;
using Spectre.Console;

namespace Fan.Cli.Dependencies;

/// <summary>The graph of what runs for people: a line for each need.</summary>
internal static class DependencyPage
{
    public static void Write(Terminal terminal, DependencyReport report)
    {
        if (report.Order is { } order) WriteOrder(terminal, order);
        else if (report.Applications.Count > 0)
        {
            var table = Tables.Create("APPLICATION", "HOSTS", "NEEDS", "RANGE", "KIND", "STATUS");
            foreach (var application in report.Applications) Add(table, application);
            Tables.Write(terminal, table);
        }

        foreach (var cycle in report.Cycles)
        {
            terminal.Out.WriteLine($"in a circle: {SafeText.Line(string.Join(" ▸ ", cycle.Append(cycle[0])))}");
        }
    }

    private static void WriteOrder(Terminal terminal, IReadOnlyList<IReadOnlyList<string>> order)
    {
        if (order.Count == 0) return;
        var table = Tables.Create("STEP", "START (STOP IN THE OPPOSITE ORDER)");
        for (var step = 0; step < order.Count; step++)
            table.AddRow(Tables.Cell((step + 1).ToString(CultureInfo.InvariantCulture)), Tables.Cell(string.Join(", ", order[step])));
        Tables.Write(terminal, table);
    }

    private static void Add(Table table, ApplicationNeeds application)
    {
        var name = application.Instances == 1 ? application.Application : $"{application.Application} ×{application.Instances}";
        for (var line = 0; line < Math.Max(1, Math.Max(application.Needs.Count, application.Hosts.Count)); line++)
        {
            var need = line < application.Needs.Count ? application.Needs[line] : null;
            table.AddRow(
                Tables.Cell(line == 0 ? name : ""), Tables.Cell(line < application.Hosts.Count ? application.Hosts[line].ToString() : ""),
                Tables.Cell(need?.Service), Tables.Cell(need?.Range), Tables.Cell(need is null ? "" : need.Hard ? "hard" : "soft"),
                need is null ? Tables.Cell("")
                    : need.Met
                    ? Tables.Cell(
                        $"{string.Join(", ", need.By)}{(need.Hosts.Count > 0 ? $" of {string.Join(", ", need.Hosts)}" : "")}",
                        new Style(Color.Green))
                    : Tables.Cell("unmet: " + need.Problem, new Style(need.Hard ? Color.Red : Color.Yellow)));
        }
    }
}
