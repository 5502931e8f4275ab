using System.CommandLine;
using Fan.Cli.Changes;
using Fan.Switching;

namespace Fan.Cli.Commands;

/// <summary><c>fan split</c>: divides the calls of a service among versions.</summary>
internal sealed class SplitCommand : Verb
{
    private readonly Argument<string> _service = new("SERVICE") { Description = "The service's name; brackets may be left out." };

    private readonly Argument<string[]> _shares = new("VERSION=PERCENT")
    {
        Description = "The share of each version; they add up to 100.",
        Arity = ArgumentArity.OneOrMore
    };

    private readonly Option<string?> _sticky = new("--sticky")
    {
        Description = "What stays with one version: user, shard, or the name of a baggage member. Default: each call tree.",
        HelpName = "KEY",
    };

    private readonly Option<bool> _allowOverride = new("--allow-override")
    {
        Description = "Callers may ask for one of the versions by the baggage member fan-route."
    };

    private readonly ChangeSettings _settings = new();

    private readonly WatchSettings _watch = new();

    public SplitCommand(GlobalOptions global)
        : base(
            "split", "Divides the calls of a service among versions, by percent.", global,
            "fan split retail.store 1.4.0=90 2.0.0=10 -m 'canary'",
            "fan split retail.store 1.4.0=90 2.0.0=10 --sticky user",
            "fan split retail.store 1.4.0=90 2.0.0=10 --watch 30s --max-errors 1% --max-p99 +50%     # takes itself back",
            "fan split retail.store 1.4.0=100 2.0.0=0 --allow-override     # 2.0.0 for testers only",
            "fan call 'retail.store[42].get' -H fan-route=retail.store=2.0.0")
    {
        Add(_service);
        Add(_shares);
        Add(_sticky);
        Add(_allowOverride);
        _settings.AddTo(this);
        _watch.AddTo(this);
        _sticky.CompletionSources.Add("user", "shard");
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
        _shares.CompletionSources.Add(context => global.Suggestions.VersionsOf(
            context.ParseResult.GetResult(_service) is { Tokens: [var first, ..] } ? first.Value : null).Select(version => version + "="));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var change = new RouteChange
        {
            Service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical,
            Versions = ChangeArguments.ParseShares(parsed.GetValue(_shares)!),
            Sticky = parsed.GetValue(_sticky),
            AllowsOverride = parsed.GetValue(_allowOverride),
        };
        var options = _settings.Read(parsed, Global.Terminal);
        var rule = _watch.Read(parsed);
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var run = new ChangeRun(Global.Terminal, parsed.GetValue(Global.Json), options);
        return await run.ChangeAsync(session, [change], rule, cancellationToken).ConfigureAwait(false);
    }
}
