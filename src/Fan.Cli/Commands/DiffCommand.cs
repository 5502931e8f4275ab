using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Arguments;
using Fan.Cli.Changes;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;

namespace Fan.Cli.Commands;

/// <summary><c>fan diff</c>: between two commits, or between two versions of a service.</summary>
internal sealed class DiffCommand : Verb
{
    private readonly Argument<string[]> _sides = new("A B | SERVICE V1 V2")
    {
        Description = "Two commits, or a service and two of its versions that run.",
        Arity = new ArgumentArity(2, 3)
    };

    public DiffCommand(GlobalOptions global)
        : base(
            "diff", "Shows what is different between two commits, or in the methods of two versions of a service.", global,
            "fan diff 12 17", "fan diff retail.store 1.4.0 2.0.0", "fan diff retail.store 1.4.0 2.0.0 --json | jq .old_callers")
    {
        Add(_sides);
        _sides.CompletionSources.Add(
            context => context.ParseResult.GetResult(_sides) is { Tokens: [var first, ..] } && first.Value != context.WordToComplete
                ? long.TryParse(first.Value, out _) ? global.Suggestions.Commits : global.Suggestions.VersionsOf(first.Value)
                : global.Suggestions.Services.Concat(global.Suggestions.Commits));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var sides = parsed.GetValue(_sides)!;
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var asJson = parsed.GetValue(Global.Json);
        if (sides is [var service, var old, var changed])
        {
            await VersionsAsync(
                session, ServiceName.Parse(service).Canonical, old, changed, asJson, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await CommitsAsync(
                session,
                ChangeArguments.ParseCommit(sides[0]),
                ChangeArguments.ParseCommit(sides[1]),
                asJson,
                cancellationToken).ConfigureAwait(false);
        }

        return ExitCode.Done;
    }

    private async Task CommitsAsync(ToolSession session, long from, long to, bool asJson, CancellationToken cancellationToken)
    {
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var edits = await RouteHistory.BetweenAsync(session.Changes, from, to, cancellationToken).ConfigureAwait(false);
        if (asJson)
        {
            JsonPrinter.WriteReply(
                Global.Terminal,
                JsonSerializer.SerializeToElement([.. edits.Select(EditReport.Of)], ToolJson.Default.IReadOnlyListEditReport));
        }
        else
        {
            CommitPage.WriteEdits(Global.Terminal, edits);
        }
    }

    private async Task VersionsAsync(
        ToolSession session, string service, string old, string changed, bool asJson, CancellationToken cancellationToken)
    {
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        var report = ServiceReport.Require(service, listing);
        var difference = ContractDifference.Of(service, Version(report, old), Version(report, changed));
        if (asJson)
        {
            JsonPrinter.WriteReply(Global.Terminal, JsonSerializer.SerializeToElement(difference, ToolJson.Default.ContractDifference));
        }
        else
        {
            ContractDifferencePage.Write(Global.Terminal, difference);
        }
    }

    private static VersionReport Version(ServiceReport service, string text)
    {
        var live = service.Versions.Where(version => version.Endpoints.Count > 0).ToList();
        return live.FirstOrDefault(version => Versions.ServiceVersion.Descending.Compare(version.Version, text) == 0
            && Versions.ServiceVersion.TryParse(text, out _))
            ?? throw new NoMatchingVersionException(
                service.Service,
                text,
                [.. live.Select(version => version.Version)],
                $"No '{service.Service}' {text} runs; there is {string.Join(", ", live.Select(version => version.Version))}.");
    }
}
