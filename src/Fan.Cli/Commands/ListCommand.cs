using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Listing;
using Fan.Cli.Output;
using Fan.Discovery;
using Spectre.Console;

namespace Fan.Cli.Commands;

/// <summary><c>fan ls</c>: what is registered.</summary>
internal sealed class ListCommand : Verb
{
    private readonly Argument<string?> _pattern = new("PATTERN")
    {
        Description = "Part of the name, or a pattern for the whole name with * and ?.",
        Arity = ArgumentArity.ZeroOrOne
    };

    public ListCommand(GlobalOptions global)
        : base("ls", "Lists the services that are registered.", global, "fan ls", "fan ls 'retail.*'", "fan ls --json | jq '.[].service'")
    {
        Add(_pattern);
        _pattern.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var pattern = parsed.GetValue(_pattern);
        var listing = await session.Directory.ListAsync(cancellationToken).ConfigureAwait(false);
        var services = ServiceSummary.Of(listing.Endpoints.Where(endpoint => NamePattern.Matches(pattern, endpoint.Service)));
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(services, ToolJson.Default.IReadOnlyListServiceSummary));
        }
        else if (services.Count > 0)
        {
            Write(terminal, services);
        }

        await terminal.FlushAsync().ConfigureAwait(false);
        Remark(terminal, session.Store.DisplayName, pattern, services.Count, listing);
        return ExitCode.Done;
    }

    private static void Write(Terminal terminal, IReadOnlyList<ServiceSummary> services)
    {
        var table = Tables.Create("SERVICE", "VERSIONS", "ENDPOINTS", "TRANSPORTS", "APPLICATIONS");
        foreach (var service in services)
        {
            table.AddRow(
                Tables.Cell(service.Template ?? service.Service), Tables.Cell(service.Versions), Tables.Cell(service.Endpoints.ToString()),
                Tables.Cell(service.Transports), Tables.Cell(service.Applications));
        }

        Tables.Write(terminal, table);
    }

    // Beside the table, so that a program that reads it is not confused.
    private static void Remark(Terminal terminal, string store, string? pattern, int shown, EndpointListing listing)
    {
        if (shown == 0 && pattern is null) terminal.Error.WriteLine($"Nothing is registered in {SafeText.Line(store)}.");
        else if (shown == 0) terminal.Error.WriteLine($"No service matches '{SafeText.Line(pattern!)}' in {SafeText.Line(store)}.");
        var remarks = new List<string>();
        if (listing.Problems.Count > 0) remarks.Add($"{listing.Problems.Count} of the nodes can't be used");
        if (listing.Barriers.Count > 0)
        {
            remarks.Add($"{listing.Barriers.Count} of the versions {(listing.Barriers.Count == 1 ? "has" : "have")} a barrier");
        }

        if (remarks.Count > 0) terminal.Error.WriteLine($"{string.Join(", ", remarks)}: see 'fan doctor'.");
    }
}
