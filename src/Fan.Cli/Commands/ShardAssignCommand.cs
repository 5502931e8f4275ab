using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sharding;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Commands;

/// <summary><c>fan shard assign</c>: puts keys into shards in one commit.</summary>
internal sealed class ShardAssignCommand : Verb
{
    private const string AuthorVariable = "FAN_AUTHOR";

    private readonly Argument<string> _service = new("SERVICE") { Description = "The service's name; brackets may be left out. Its workers have ShardByDirectory." };

    private readonly Argument<string[]> _keys = new("KEY=SHARD")
    {
        Description = "The shard of a key; KEY=* takes it off the list, so that its hash decides. Several brackets: NORTH,1=3.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _reason = new("--message", "-m") { Description = "Why; it stands in the log.", HelpName = "REASON" };

    public ShardAssignCommand(GlobalOptions global)
        : base(
            "assign", "Puts keys into shards in one commit, and waits until the owners hold them so.", global,
            "fan shard assign stock.counter acme=3 globex=4 -m 'own shards for the large ones'", "fan shard assign stock.counter acme='*'")
    {
        Add(_service);
        Add(_keys);
        Add(_reason);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical;
        var shards = ShardMoves.ParseKeys(parsed.GetValue(_keys)!);
        var options = new ChangeOptions
        {
            Author = Global.Terminal.Environment(AuthorVariable) is { Length: > 0 } author ? author : Environment.UserName,
            Reason = ShardMoves.Reason(parsed.GetValue(_reason)),
        };
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false);
        var report = await session.Services.GetRequiredService<ISystemChanges>().AssignKeysAsync(service, shards, options, cancellationToken: cancellationToken).ConfigureAwait(false);
        var touched = (await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false)).Where(line => shards.ContainsValue(line.Shard)).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(new ShardMoveOutcome(report.Commit.Number, touched, report.Warnings), ShardJson.Default.ShardMoveOutcome));
            return ExitCode.Done;
        }

        terminal.Out.WriteLine($"{terminal.OutColours.Name($"commit {report.Commit.Number}")}{(options.Reason.Length > 0 ? "  " + SafeText.Line(options.Reason) : "")}");
        if (touched.Count > 0) ShardLine.Write(terminal, touched);
        await terminal.FlushAsync().ConfigureAwait(false);
        foreach (var warning in report.Warnings) terminal.Error.WriteLine($"{terminal.ErrorColours.Error("warning:")} {SafeText.Line(warning)}");
        return ExitCode.Done;
    }
}
