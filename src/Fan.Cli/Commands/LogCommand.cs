using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Changes;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Commits;

namespace Fan.Cli.Commands;

/// <summary><c>fan log</c>: the commits, the newest first.</summary>
internal sealed class LogCommand : Verb
{
    private readonly Argument<string?> _service = new("SERVICE")
    {
        Description = "Only what changed this service's route.",
        Arity = ArgumentArity.ZeroOrOne
    };

    private readonly Option<int> _count = new("--count", "-n")
    {
        Description = "How many at the most. Default: 20.",
        HelpName = "COUNT",
        DefaultValueFactory = _ => 20
    };

    public LogCommand(GlobalOptions global)
        : base(
            "log",
            "Lists the commits: who changed what, when and why.",
            global,
            "fan log",
            "fan log retail.store -n 5",
            "fan log --json | jq '.[0].edits'")
    {
        Add(_service);
        Add(_count);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var count = parsed.GetValue(_count);
        if (count < 1) throw new UsageException($"-n must be at least 1; it is {count}.");
        var path = parsed.GetValue(_service) is { } name ? CommitPath.OfRoute(ServiceName.Parse(name).Canonical) : null;
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var commits = await session.Changes.LogAsync(cancellationToken)
            .Where(commit => path is null || commit.Edits.Any(edit => edit.Path == path))
            .Take(count)
            .ToListAsync(cancellationToken).ConfigureAwait(false);
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(
                terminal,
                JsonSerializer.SerializeToElement([.. commits.Select(CommitReport.Of)], ToolJson.Default.IReadOnlyListCommitReport));
        }
        else if (commits.Count > 0)
        {
            CommitPage.WriteLog(terminal, commits);
        }

        await terminal.FlushAsync().ConfigureAwait(false);
        if (commits.Count == 0)
        {
            terminal.Error.WriteLine(
                $"Nothing was committed{(path is null ? "" : " for it")} in {SafeText.Line(session.Store.DisplayName)}.");
        }

        return ExitCode.Done;
    }
}
