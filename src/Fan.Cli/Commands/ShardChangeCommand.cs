using System.CommandLine;
using System.Text.Json;
using Fan.Cli.Output;
using Fan.Cli.Sharding;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Commands;

/// <summary>
/// What the verbs share that change who owns what: one commit with an author and a reason, and the shards that it touched as they are then.
/// </summary>
internal abstract class ShardChangeCommand : Verb
{
    private const string AuthorVariable = "FAN_AUTHOR";

    private readonly Argument<string> _service;
    private readonly Argument<string[]> _changes;
    private readonly Option<string?> _reason = new("--message", "-m") { Description = "Why; it stands in the log.", HelpName = "REASON" };

    protected ShardChangeCommand(
        string name, string description, GlobalOptions global, string ofService, Argument<string[]> changes, params string[] examples)
        : base(name, description, global, examples)
    {
        _service = new("SERVICE") { Description = ofService };
        _changes = changes;
        Add(_service);
        Add(_changes);
        Add(_reason);
        _service.CompletionSources.Add(_ => global.Suggestions.Services);
    }

    /// <summary>What the arguments ask for, and whether the commit may override.</summary>
    protected abstract ShardChange Read(ParseResult parsed, string[] changes);

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var service = ServiceName.Parse(parsed.GetValue(_service)!).Canonical;
        var change = Read(parsed, parsed.GetValue(_changes)!);
        var options = new ChangeOptions
        {
            Author = Global.Terminal.Environment(AuthorVariable) is { Length: > 0 } author ? author : Environment.UserName,
            Reason = ShardMoves.Reason(parsed.GetValue(_reason)),
            Force = change.Force,
        };
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        // So that a service without shards is told before anything is changed.
        await ShardLine.ReadAsync(session, service, cancellationToken).ConfigureAwait(false);
        var report = await change.Make(
            session.Services.GetRequiredService<ISystemChanges>(), service, options, cancellationToken).ConfigureAwait(false);
        var touched = (await ShardLine.ReadAsync(
            session, service, cancellationToken).ConfigureAwait(false)).Where(line => change.Touches(line.Shard)).ToList();
        var terminal = Global.Terminal;
        if (parsed.GetValue(Global.Json))
        {
            JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(
                new ShardMoveOutcome(report.Commit.Number, touched, report.Warnings), ShardJson.Default.ShardMoveOutcome));
            return ExitCode.Done;
        }

        terminal.Out.WriteLine(
            $"{terminal.OutColours.Name($"commit {report.Commit.Number}")}" +
            $"{(options.Reason.Length > 0 ? "  " + SafeText.Line(options.Reason) : "")}");
        if (touched.Count > 0) ShardLine.Write(terminal, touched);
        await terminal.FlushAsync().ConfigureAwait(false);
        foreach (var warning in report.Warnings)
        {
            terminal.Error.WriteLine($"{terminal.ErrorColours.Error("warning:")} {SafeText.Line(warning)}");
        }

        return ExitCode.Done;
    }

    /// <summary>A change that was asked for.</summary>
    /// <param name="Make">Makes it.</param>
    /// <param name="Touches">Whether it is about a shard.</param>
    /// <param name="Force">Whether it is made although something speaks against it.</param>
    protected sealed record ShardChange(
        Func<ISystemChanges, string, ChangeOptions, CancellationToken, Task<ChangeReport>> Make,
        Func<int, bool> Touches,
        bool Force = false);
}
