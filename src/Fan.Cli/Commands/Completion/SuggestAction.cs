using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Invocation;

namespace Fan.Cli.Commands.Completion;

/// <summary>
/// Answers <c>fan [suggest:POSITION] "LINE"</c>: what may stand at the position, a line each; what begins with the word before it only.
/// </summary>
internal sealed class SuggestAction : SynchronousCommandLineAction
{
    private const string Directive = "[suggest";

    // Help's other spellings would only crowd the list.
    private static readonly string[] Unwanted = ["-?", "/?", "-h", "/h"];

    public override bool ClearsParseErrors => true;

    /// <summary>The line to complete, up to the position and without the tool's own name; null for any other run.</summary>
    public static string? LineOf(IReadOnlyList<string> args)
    {
        if (args.Count < 2 || !args[0].StartsWith(Directive, StringComparison.Ordinal)) return null;
        var line = args[^1];
        var number = args[0][Directive.Length..].Trim(':', ']');
        if (int.TryParse(number, out var position) && position < line.Length) line = line[..Math.Max(0, position)];
        var space = line.IndexOf(' ');
        // Shells pass quotes on as they were typed, open ones too.
        return space < 0 ? "" : line[(space + 1)..].Replace("'", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var args = parseResult.Tokens.Select(token => token.Value).ToList();
        var line = LineOf(args) ?? "";
        var root = parseResult.RootCommandResult.Command;
        var parsed = root.Parse(line, parseResult.Configuration);
        var word = line.EndsWith(' ') ? "" : line.Split(' ')[^1];
        foreach (var item in parsed.GetCompletions(line.Length)
            .Select(completion => completion.InsertText ?? completion.Label)
            .Distinct(StringComparer.Ordinal))
        {
            if (!item.StartsWith(word, StringComparison.OrdinalIgnoreCase) || Unwanted.Contains(item)) continue;
            // Options are offered to who begins one.
            if (item.StartsWith('-') && !word.StartsWith('-')) continue;
            parseResult.InvocationConfiguration.Output.WriteLine(item);
        }

        return ExitCode.Done;
    }
}
