using System.CommandLine;
using Fan.Cli.Sessions;

namespace Fan.Cli.Commands;

/// <summary>A verb about one service.</summary>
internal abstract class ServiceVerb : Verb
{
    private readonly Argument<string> _service = new("SERVICE") { Description = "The service's name; brackets may be left out." };

    protected ServiceVerb(string name, string description, GlobalOptions global, params string[] examples)
        : base(name, description, global, examples)
    {
        Add(_service);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected sealed override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical;
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        return await RunAsync(session, service, parsed, cancellationToken).ConfigureAwait(false);
    }

    protected abstract Task<int> RunAsync(ToolSession session, string service, ParseResult parsed, CancellationToken cancellationToken);
}
