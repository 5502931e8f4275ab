using System.CommandLine;
using Fan.Cli.Changes;

namespace Fan.Cli.Commands;

/// <summary><c>fan switch</c>: leads the calls of services to other versions, all in one commit.</summary>
internal sealed class SwitchCommand : Verb
{
    private readonly Argument<string[]> _changes = new("SERVICE=VERSION")
    {
        Description =
            "The version that takes all calls of a service. SERVICE=* lets every version take them; " +
            "SERVICE=@OTHER leads them to another service.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly ChangeSettings _settings = new();

    private readonly WatchSettings _watch = new();

    public SwitchCommand(GlobalOptions global)
        : base(
            "switch", "Leads the calls of services to other versions, all of them in one commit.", global,
            "fan switch retail.store=2.0.0 integration_api=3.1.0 -m 'new prices'",
            "fan switch retail.store=2.0.0 --barrier",
            "fan switch retail.store=2.0.0 --watch 30s --max-errors 1% --max-p99 +50%     # takes itself back",
            "fan switch retail.store='*'                     # every version takes calls again",
            "fan switch lightspeed=@lightspeed_cloud         # another service takes its calls")
    {
        Add(_changes);
        _settings.AddTo(this);
        _watch.AddTo(this);
        _changes.CompletionSources.Add(context => global.Suggestions.SwitchesFor(context.WordToComplete));
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var changes = ChangeArguments.ParseSwitch(parsed.GetValue(_changes)!);
        var options = _settings.Read(parsed, Global.Terminal);
        var rule = _watch.Read(parsed);
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        var run = new ChangeRun(Global.Terminal, parsed.GetValue(Global.Json), options);
        return await run.ChangeAsync(session, changes, rule, cancellationToken).ConfigureAwait(false);
    }
}
