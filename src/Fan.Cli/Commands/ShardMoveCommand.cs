using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sharding;
using Fan.Commits;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Commands;

/// <summary><c>fan shard move</c>: gives shards to workers in one commit.</summary>
internal sealed class ShardMoveCommand : Verb
{
    private const string AuthorVariable = "FAN_AUTHOR";

    private readonly Argument<string> _service = new("SERVICE") { Description = "The service's name; brackets may be left out." };

    private readonly Argument<string[]> _moves = new("SHARD=WORKER")
    {
        Description = "The worker that is to own a shard; SHARD=* gives it back to whom capacities decide for.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _reason = new("--message", "-m") { Description = "Why; it stands in the log.", HelpName = "REASON" };

    private readonly Option<bool> _force = new("--force") { Description = "Name a worker that does not live: others own the shard until it does. The commit records that." };

    public ShardMoveCommand(GlobalOptions global)
        : base(
            "move", "Gives shards to workers in one commit, and waits until they hold them.", global,
            "fan shard move stock.counter 7=worker-2 8='*' -m 'worker-1 is full'", "fan shard move stock.counter 7=worker-2 --json")
    {
        Add(_service);
        Add(_moves);
        Add(_reason);
        Add(_force);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical;
        var owners = ShardMoves.Parse(parsed.GetValue(_moves)!);
        var options = new ChangeOptions
        {
            Author = Global.Terminal.Environment(AuthorVariable) is { Length: > 0 } author ? author : Environment.UserName,
            Reason = ShardMoves.Reason(parsed.GetValue(_reason)),
            Force = parsed.GetValue(_force),
        };
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false);
        var report = await session.Services.GetRequiredService<ISystemChanges>().MoveShardsAsync(service, owners, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        var moved = (await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false)).Where(line => owners.ContainsKey(line.Shard)).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(new ShardMoveOutcome(report.Commit.Number, moved, report.Warnings), ShardJson.Default.ShardMoveOutcome));
            return ExitCode.Done;
        }

        terminal.Out.WriteLine($"{terminal.OutColours.Name($"commit {report.Commit.Number}")}{(options.Reason.Length > 0 ? "  " + SafeText.Line(options.Reason) : "")}");
        ShardLine.Write(terminal, moved);
        await terminal.FlushAsync().ConfigureAwait(false);
        foreach (var warning in report.Warnings) terminal.Error.WriteLine($"{terminal.ErrorColours.Error("warning:")} {SafeText.Line(warning)}");
        return ExitCode.Done;
    }
}
