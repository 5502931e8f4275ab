using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Cli.Health;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Coordination;
using Spectre.Console;

namespace Fan.Cli.Commands;

/// <summary><c>fan doctor</c>: what works, what does not, and what to do.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly Option<bool> _repair = new("--repair")
    {
        Description = "Removes what nobody can read, once it has named it and asked."
    };

    private readonly Option<bool> _yes = new("--yes") { Description = "Yes, remove it: does not ask." };

    public DoctorCommand(GlobalOptions global)
        : base(
            "doctor", "Checks the store, what is registered in it, and whether the endpoints answer.", global,
            "fan doctor",
            "fan doctor --store sqlite:/var/lib/fan/fan.db",
            "fan doctor --json | jq '.checks[] | select(.status != \"ok\")'",
            "fan doctor --repair")
    {
        Add(_repair);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (repairs, says, json) = (parsed.GetValue(_repair), parsed.GetValue(_yes), parsed.GetValue(Global.Json));
        if (says && !repairs) throw new UsageException("--yes says yes to --repair: give that too.");
        if (repairs && json && !says) throw new UsageException("With --json nobody is asked: say --yes if you mean it.");
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var checks = new List<Check>(StoreChecks.OfTool(session, Global.Terminal.Clock));
        var garbage = new List<GarbageNode>();
        var isReachable = await LookAsync(session, checks, garbage, cancellationToken).ConfigureAwait(false);
        var report = DoctorReport.Of(checks);
        if (!json) Write(Global.Terminal, report);
        if (repairs && isReachable)
        {
            report = report with
            {
                Removed = await new Repair(session, Global.Terminal).RunAsync(
                    garbage, says, tells: !json, cancellationToken).ConfigureAwait(false)
            };
        }

        if (json) JsonPrinter.WriteReply(Global.Terminal, JsonSerializer.SerializeToElement(report, ToolJson.Default.DoctorReport));
        return !isReachable ? ExitCode.NotReachable : report.Status == CheckStatus.Failed ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>False when the store can't be reached, and so nothing more be seen than what it tells of itself.</summary>
    private async Task<bool> LookAsync(
        ToolSession session, List<Check> checks, List<GarbageNode> garbage, CancellationToken cancellationToken)
    {
        var clock = Global.Terminal.Clock;
        try
        {
            await session.OpenAsync(cancellationToken).ConfigureAwait(false);
            checks.Add(await StoreChecks.RoundTripAsync(session.Store, clock, cancellationToken).ConfigureAwait(false));
            checks.Add(StoreChecks.Session(session.Store));
        }
        catch (StoreException error)
        {
            checks.Add(Check.Failed("store", error.Message, "Correct that, or name another store: --store or FAN_STORE."));
            checks.AddRange(await StoreChecks.OfItselfAsync(session.Store, cancellationToken).ConfigureAwait(false));
            return false;
        }

        checks.AddRange(await StoreChecks.OfItselfAsync(session.Store, cancellationToken).ConfigureAwait(false));
        try
        {
            var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
            garbage.AddRange(await GarbageNodes.FindAsync(session.Store, listing, cancellationToken).ConfigureAwait(false));
            checks.AddRange(StoreChecks.OfListing(listing, garbage));
            checks.AddRange(StoreChecks.OfWorkers(listing));
            checks.Add(await LogChecks.RunAsync(session.Store, session.Changes, clock, cancellationToken).ConfigureAwait(false));
            checks.AddRange(await EndpointChecks.RunAsync(listing.Endpoints, clock, cancellationToken).ConfigureAwait(false));
        }
        catch (StoreException error)
        {
            checks.Add(Check.Failed("registered", error.Message, "What is registered can't be read until that is corrected."));
        }

        return true;
    }

    private static void Write(Terminal terminal, DoctorReport report)
    {
        var table = Tables.Create("CHECK", "STATUS", "DETAIL", "WHAT TO DO");
        foreach (var check in report.Checks)
        {
            var (text, style) = check.Status switch
            {
                CheckStatus.Ok => ("ok", new Style(Color.Green)),
                CheckStatus.Warning => ("warning", new Style(Color.Yellow)),
                _ => ("failed", new Style(Color.Red)),
            };
            table.AddRow(Tables.Cell(check.Name), Tables.Cell(text, style), Tables.Cell(check.Detail), Tables.Cell(check.Advice ?? ""));
        }

        Tables.Write(terminal, table);
    }
}
