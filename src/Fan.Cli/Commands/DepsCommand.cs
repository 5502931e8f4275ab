using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Dependencies;
using Fan.Cli.Errors;
using Fan.Cli.Output;

namespace Fan.Cli.Commands;

/// <summary><c>fan deps</c>: who hosts and needs what.</summary>
internal sealed class DepsCommand : Verb
{
    private readonly Argument<string?> _service = new("SERVICE")
    {
        Description = "Only who hosts this service, and who needs it.",
        Arity = ArgumentArity.ZeroOrOne
    };

    private readonly Option<bool> _problems = new("--problems") { Description = "Only what is unmet. Fails where a hard dependency is." };

    private readonly Option<bool> _order = new("--order")
    {
        Description = "In which order the applications may be started; stopping goes the other way."
    };

    public DepsCommand(GlobalOptions global)
        : base(
            "deps", "Shows which applications run, what they host and need, and whether that is met.", global,
            "fan deps",
            "fan deps retail.store",
            "fan deps --problems",
            "fan deps --order",
            "fan deps --json | jq '.applications[] | select(.needs | any(.met | not)) | .application'")
    {
        Add(_service);
        Add(_problems);
        Add(_order);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = parsed.GetValue(_service) is { } name ? ServiceName.Parse(name).Canonical : null;
        var onlyProblems = parsed.GetValue(_problems);
        var ordered = parsed.GetValue(_order);
        if (ordered && (onlyProblems || service is not null))
        {
            throw new UsageException("--order is of all that runs: it goes without SERVICE and --problems.");
        }

        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var report = await DependencyGraph.ReadAsync(session.Changes, session.Directory, cancellationToken).ConfigureAwait(false);
        if (service is not null) report = About(report, service);
        if (onlyProblems) report = Problems(report);
        if (ordered) report = report with { Order = DependencyOrder.Of(report.Applications) };
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(report, ToolJson.Default.DependencyReport));
        }
        else
        {
            DependencyPage.Write(terminal, report);
        }

        await terminal.FlushAsync().ConfigureAwait(false);
        if (report.Applications.Count == 0)
        {
            terminal.Error.WriteLine(onlyProblems
                ? "Everything that is declared is met."
                : $"No application runs{(service is null ? "" : $" that hosts or needs '{service}'")}.");
        }

        return onlyProblems && report.IsBroken ? ExitCode.Failed : ExitCode.Done;
    }

    private static DependencyReport About(DependencyReport report, string service)
    {
        var applications = report.Applications
            .Select(application => application with
            {
                Needs = [.. application.Needs.Where(need => need.Service == service)],
                Hosts = [.. application.Hosts.Where(host => host.Service == service)]
            })
            .Where(application => application.Needs.Count + application.Hosts.Count > 0).ToList();
        return new DependencyReport
        {
            Applications = applications,
            Cycles = [.. report.Cycles.Where(
                cycle => cycle.Any(name => applications.Exists(application => application.Application == name)))],
        };
    }

    private static DependencyReport Problems(DependencyReport report) => new()
    {
        Applications = [.. report.Applications
            .Select(application => application with { Needs = [.. application.Needs.Where(need => !need.Met)], Hosts = [] })
            .Where(application => application.Needs.Count > 0)],
        Cycles = [],
    };
}
