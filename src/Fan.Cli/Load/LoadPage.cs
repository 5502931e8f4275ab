using System.Globalization;
using Fan.Cli.Output;
using Spectre.Console;

namespace Fan.Cli.Load;

/// <summary>What a load came to, for people: numbers, errors, and how the times are spread.</summary>
internal static class LoadPage
{
    private const int WidestBar = 40;

    public static void Write(Terminal terminal, LoadReport report)
    {
        var output = terminal.Out;
        var over = report.Transport is { } transport ? $" over {transport}" : "";
        var rate = report.Rate is { } wanted ? string.Create(CultureInfo.InvariantCulture, $", {wanted:0.##} calls/s wanted") : "";
        output.WriteLine(
            SafeText.Line(
                $"{report.Method}{over}, {report.Callers} caller{(report.Callers == 1 ? "" : "s")}{rate}, " +
                $"{Number(report.Seconds, "0.0")} s{(report.Interrupted ? " (interrupted)" : "")}"));
        output.WriteLine();
        var table = Tables.Create("CALLS", "FAILED", "CALLS/S", "P50", "P90", "P99", "P99.9", "MAX");
        var times = report.LatencyMs;
        table.AddRow(
            Tables.Cell(Number(report.Calls, "#,0")),
            Tables.Cell(Number(report.Failed, "#,0")),
            Tables.Cell(Number(report.CallsPerSecond, "#,0.#")),
            Tables.Cell(Time(times?.P50)),
            Tables.Cell(Time(times?.P90)),
            Tables.Cell(Time(times?.P99)),
            Tables.Cell(Time(times?.P999)),
            Tables.Cell(Time(times?.Max)));
        Tables.Write(terminal, table);
        WriteHistogram(terminal, report.Histogram);
        WriteErrors(terminal, report.Errors);
    }

    private static void WriteHistogram(Terminal terminal, IReadOnlyList<LatencyStep> steps)
    {
        if (steps.Count == 0) return;
        var (all, most) = (steps.Sum(step => step.Calls), steps.Max(step => step.Calls));
        terminal.Out.WriteLine();
        var table = Tables.Create("WITHIN", "CALLS", "SHARE", "");
        foreach (var step in steps)
        {
            var bar = new string('█', (int)Math.Ceiling((double)step.Calls / most * WidestBar));
            table.AddRow(
                Tables.Cell(Time(step.UpToMs)),
                Tables.Cell(Number(step.Calls, "#,0")),
                Tables.Cell(Number(100.0 * step.Calls / all, "0.0") + " %"),
                Tables.Cell(bar));
        }

        Tables.Write(terminal, table);
    }

    private static void WriteErrors(Terminal terminal, IReadOnlyList<LoadError> errors)
    {
        if (errors.Count == 0) return;
        terminal.Out.WriteLine();
        var table = Tables.Create("ERROR", "CALLS", "THE FIRST ONE SAID");
        foreach (var error in errors)
        {
            table.AddRow(Tables.Cell(error.Code), Tables.Cell(Number(error.Calls, "#,0")), Tables.Cell(error.Message));
        }

        Tables.Write(terminal, table);
    }

    private static string Time(double? milliseconds) => milliseconds switch
    {
        null => "-",
        < 10 => Number(milliseconds.Value, "0.000") + " ms",
        < 1000 => Number(milliseconds.Value, "0.0") + " ms",
        _ => Number(milliseconds.Value / 1000, "0.00") + " s",
    };

    private static string Number(double number, string form) => number.ToString(form, CultureInfo.InvariantCulture);
}
