using System.CommandLine;
using Fan.Cli.Changes;
using Fan.Cli.Errors;

namespace Fan.Cli.Commands;

/// <summary><c>fan revert</c>: undoes a commit by another one.</summary>
internal sealed class RevertCommand : Verb
{
    private readonly Argument<string> _number = new("N") { Description = "The number of the commit to undo." };

    private readonly ChangeSettings _settings = new();

    public RevertCommand(GlobalOptions global)
        : base(
            "revert",
            "Undoes a commit by another one; reverting that one does it again.",
            global,
            "fan revert 17",
            "fan revert 17 --barrier -m 'prices were wrong'")
    {
        Add(_number);
        _settings.AddTo(this);
        _number.CompletionSources.Add(_ => global.Suggestions.Commits);
    }

    protected override async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var number = ChangeArguments.ParseCommit(parsed.GetValue(_number)!);
        var options = _settings.Read(parsed, Global.Terminal);
        var session = Global.Session(parsed);
        await using var closing = session.ConfigureAwait(false);
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        var commit = await session.Changes.ShowAsync(number, cancellationToken).ConfigureAwait(false)
            ?? throw ToolException.NoSuchCommit(number);
        if (commit.Edits.Count == 0) throw new ToolException("nothing_to_revert", $"Commit {number} changed nothing.");
        return await new ChangeRun(Global.Terminal, parsed.GetValue(Global.Json), options).RunAsync(
            progress => session.Changes.RevertAsync(number, options, progress, cancellationToken),
            $"'fan log {EditText.Subject(commit.Edits[0].Path)}' shows by which commit; " +
            $"--force undoes {number} all the same.").ConfigureAwait(false);
    }
}
