using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Arguments;
using Fan.Cli.Listing;
using Fan.Cli.Output;

namespace Fan.Cli.Commands;

/// <summary><c>fan info</c>: all that is known of one service.</summary>
internal sealed class InfoCommand : Verb
{
    private readonly Argument<string> _service = new("SERVICE") { Description = "The service's name; brackets may be left out." };

    public InfoCommand(GlobalOptions global)
        : base(
            "info",
            "Shows the versions, endpoints and methods of a service.",
            global,
            "fan info retail.store.public_wines",
            "fan info lightspeed --json | jq '.versions[0].methods[].name'")
    {
        Add(_service);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical;
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        if (ServiceReport.Of(service, listing) is not { } report)
        {
            var error = new NoSuchServiceException(service, $"No service '{service}' is registered.");
            CallHints.AddNearest(error, listing);
            throw error;
        }

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
