using Fan.Cli.Output;
using Fan.Coordination;
using Spectre.Console;

namespace Fan.Cli.Listing;

/// <summary>A service's report for people.</summary>
internal static class ServicePage
{
    public static void Write(Terminal terminal, ServiceReport report)
    {
        var output = terminal.Out;
        var colours = terminal.OutColours;
        output.WriteLine(colours.Name(SafeText.Line(report.Template ?? report.Service)));
        foreach (var version in report.Versions)
        {
            output.WriteLine();
            output.WriteLine(
                $"{colours.Name(SafeText.Line(version.Version))}" +
                $"{(version.Barrier ? "  " + colours.Error("a barrier holds registrations of it back") : "")}");
            if (version.Before is { } before)
            {
                output.WriteLine($"A proxy: it stands before {SafeText.Line(before)}, and has the methods of that.");
            }

            if (version.Differing.Count > 0)
            {
                output.WriteLine(
                    colours.Error(
                        $"Its endpoints differ in {SafeText.Line(string.Join(", ", version.Differing))}: " +
                        $"several builds call themselves {SafeText.Line(version.Version)}."));
            }

            WriteEndpoints(terminal, version);
            if (version.TakesAnyMethod) output.WriteLine("Its methods are not published: any may be called.");
            if (version.Methods.Count > 0) WriteMethods(terminal, version);
        }

        if (report.Problems.Count == 0) return;
        output.WriteLine();
        output.WriteLine(colours.Error("Nodes that can't be used:"));
        foreach (var problem in report.Problems) output.WriteLine($"  {SafeText.Line(problem.Path)}: {SafeText.Line(problem.Reason)}");
    }

    private static void WriteEndpoints(Terminal terminal, VersionReport version)
    {
        if (version.Endpoints.Count == 0) return;
        var table = Tables.Create("ENDPOINT", "TRANSPORT", "APPLICATION", "SINCE", "NODE");
        foreach (var endpoint in version.Endpoints)
        {
            table.AddRow(
                Tables.Cell(endpoint.Address ?? "-"),
                Tables.Cell(endpoint.Transport),
                Tables.Cell(endpoint.Application ?? (endpoint.IsFan ? "-" : "- (not Fan)")),
                Tables.Cell(endpoint.Since is { } since ? $"{since.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z" : "-"),
                Tables.Cell(StorePath.Name(endpoint.Node)));
        }

        Tables.Write(terminal, table);
        terminal.Out.WriteLine();
    }

    // Two lines each: signatures are too long for columns.
    private static void WriteMethods(Terminal terminal, VersionReport version)
    {
        var colours = terminal.OutColours;
        foreach (var method in version.Methods)
        {
            var result = method.Result is null ? "" : method.Kind == "stream" ? $": sequence of {method.Result}" : $": {method.Result}";
            var summary = method.Summary is null ? "" : colours.Faint("  " + SafeText.Line(method.Summary));
            terminal.Out.WriteLine($"{SafeText.Line(method.Signature + result)}{summary}");
            var facts = new[]
            {
                method.Kind + (method.Idempotent ? ", idempotent" : ""),
                method.Url is null ? null : $"{method.Verb} {method.Url}",
                method.Fingerprint
            };
            terminal.Out.WriteLine(colours.Faint("    " + SafeText.Line(string.Join("   ", facts.OfType<string>()))));
        }
    }
}
