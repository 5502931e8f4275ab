using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Fan.Cli.Output;

/// <summary>Tables without borders: the same in a terminal and in a pipe, where they are neither coloured nor wrapped.</summary>
internal static class Tables
{
    public static Table Create(params string[] headers)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true, UseSafeBorder = true };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(
                new Text(header, new Style(decoration: Decoration.Bold)))
            {
                Padding = new Padding(0, 0, 3, 0),
                NoWrap = header == "SERVICE"
            });
        }

        return table;
    }

    /// <summary>A cell of a stranger's text, which is never read as markup.</summary>
    public static IRenderable Cell(string? text, Style? style = null) => new Text(SafeText.Line(text ?? ""), style);

    public static IRenderable Cell(IEnumerable<string> texts) => Cell(string.Join(", ", texts));

    public static void Write(Terminal terminal, Table table)
    {
        // Cells are padded to their column; at the end of a line that would only be in the way of programs.
        using var plain = terminal.OutColours.AreOn ? null : new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.OutColours.AreOn ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.OutColours.AreOn ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new TableOutput(terminal, plain ?? terminal.Out),
        });
        console.Write(table);
        if (plain is null) return;
        foreach (var line in plain.ToString().TrimEnd().Split('\n')) terminal.Out.WriteLine(line.TrimEnd());
    }

    private sealed class TableOutput(Terminal terminal, TextWriter writer) : IAnsiConsoleOutput
    {
        public TextWriter Writer => writer;

        public bool IsTerminal => terminal.OutIsTerminal;

        public int Width => terminal.Width;

        public int Height => 25;

        public void SetEncoding(Encoding encoding)
        {
            // The output is UTF-8 and stays so.
        }
    }
}
