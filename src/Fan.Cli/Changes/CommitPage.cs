using Fan.Cli.Output;
using Fan.Tree;
using Spectre.Console;

namespace Fan.Cli.Changes;

/// <summary>Commits for people.</summary>
internal static class CommitPage
{
    public static void WriteLog(Terminal terminal, IReadOnlyList<Commit> commits)
    {
        var table = Tables.Create("COMMIT", "WHEN", "AUTHOR", "CHANGES", "REASON");
        foreach (var commit in commits)
        {
            table.AddRow(
                Tables.Cell(commit.Number.ToString()),
                Tables.Cell(EditText.Time(commit.At)),
                Tables.Cell(commit.Author),
                Tables.Cell(EditText.Summary(commit)),
                Tables.Cell(commit.Reason + (commit.Overridden.Count > 0 ? " (forced)" : "")));
        }

        Tables.Write(terminal, table);
    }

    public static void Write(Terminal terminal, Commit commit)
    {
        var (output, colours) = (terminal.Out, terminal.OutColours);
        output.WriteLine(colours.Name($"commit {commit.Number}"));
        output.WriteLine($"author   {SafeText.Line(commit.Author)}");
        output.WriteLine($"when     {EditText.Time(commit.At)}");
        if (commit.Reason.Length > 0) output.WriteLine($"reason   {SafeText.Line(commit.Reason)}");
        if (commit.Reverts is { } reverts) output.WriteLine($"undoes   commit {reverts}");
        foreach (var line in commit.Overridden) output.WriteLine($"{colours.Error("forced")}   {SafeText.Line(line)}");
        output.WriteLine();
        WriteEdits(terminal, commit.Edits);
    }

    public static void WriteEdits(Terminal terminal, IReadOnlyList<TreeEdit> edits)
    {
        if (edits.Count == 0)
        {
            terminal.Out.WriteLine("Nothing is different.");
            return;
        }

        var table = Tables.Create("SERVICE", "BEFORE", "AFTER");
        foreach (var edit in edits)
        {
            table.AddRow(Tables.Cell(EditText.Subject(edit.Path)), Tables.Cell(EditText.Before(edit)), Tables.Cell(EditText.After(edit)));
        }

        Tables.Write(terminal, table);
    }
}
