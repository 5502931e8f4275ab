using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Cli.Sessions;

namespace Fan.Cli.Commands;

/// <summary><c>fan info</c>: all that is known of one service.</summary>
internal sealed class InfoCommand : ServiceVerb
{
    public InfoCommand(GlobalOptions global)
        : base(
            "info",
            "Shows the versions, endpoints and methods of a service.",
            global,
            "fan info retail.store.public_wines",
            "fan info lightspeed --json | jq '.versions[0].methods[].name'")
    {
    }

    protected override async Task<int> RunAsync(
        ToolSession session, string service, ParseResult parsed, CancellationToken cancellationToken)
    {
        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        var report = ServiceReport.Require(service, listing);
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(Global.Terminal, JsonSerializer.SerializeToElement(report, ToolJson.Default.ServiceReport));
        }
        else
        {
            ServicePage.Write(Global.Terminal, report);
        }

        return ExitCode.Done;
    }
}
