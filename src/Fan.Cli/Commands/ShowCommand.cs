using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Changes;
using Fan.Cli.Errors;
using Fan.Cli.Output;

namespace Fan.Cli.Commands;

/// <summary><c>fan show</c>: one commit, or the routes as they are now.</summary>
internal sealed class ShowCommand : Verb
{
    private readonly Argument<string?> _number = new("N")
    {
        Description = "The number of the commit. Default: the routes as they are now.",
        Arity = ArgumentArity.ZeroOrOne
    };

    public ShowCommand(GlobalOptions global)
        : base(
            "show",
            "Shows a commit with what was before and after, or the routes as they are now.",
            global,
            "fan show",
            "fan show 17",
            "fan show --json | jq '.values[].path'")
    {
        Add(_number);
        _number.CompletionSources.Add(_ => global.Suggestions.Commits);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        long? number = parsed.GetValue(_number) is { } text ? ChangeArguments.ParseCommit(text) : null;
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var (terminal, asJson) = (Global.Terminal, parsed.GetValue(Global.Json));
        if (number is { } known)
        {
            var commit = await session.Changes.ShowAsync(known, cancellationToken).ConfigureAwait(false)
                ?? throw ToolException.NoSuchCommit(known);
            if (asJson)
            {
                JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(CommitReport.Of(commit), ToolJson.Default.CommitReport));
            }
            else
            {
                CommitPage.Write(terminal, commit);
            }

            return ExitCode.Done;
        }

        var report = await RoutesReport.ReadAsync(session.Changes, session.Directory, cancellationToken).ConfigureAwait(false);
        if (asJson) JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(report, ToolJson.Default.RoutesReport));
        else report.Write(terminal);
        await terminal.FlushAsync().ConfigureAwait(false);
        terminal.Error.WriteLine(report.Values.Count == 0
            ? "No route is set: every version of every service takes calls."
            : $"As of commit {report.Commit}; a service that is not listed has calls go to every version.");
        return ExitCode.Done;
    }
}
