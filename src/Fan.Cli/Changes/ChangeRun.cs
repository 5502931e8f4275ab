using System.Text.Json;
using Fan.Cli.Commands;
using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Commits;
using Fan.Switching;
using Fan.Tree;

namespace Fan.Cli.Changes;

/// <summary>Makes one change and tells what becomes of it.</summary>
internal sealed class ChangeRun(Terminal terminal, bool asJson, ChangeOptions options)
{
    public static void WriteJson(Terminal terminal, ChangeOutcome outcome) =>
        JsonPrinter.WriteReply(terminal, JsonSerializer.SerializeToElement(outcome, ChangeJson.Default.ChangeOutcome));

    /// <summary>Changes routes, and watches the calls afterwards where there is a rule for that.</summary>
    public async Task<int> ChangeAsync(
        ToolSession session, IReadOnlyList<RouteChange> changes, WatchRule? rule, CancellationToken cancellationToken)
    {
        await session.OpenAsync(cancellationToken).ConfigureAwait(false);
        return rule is null
            ? await RunAsync(
                progress => session.Changes.ChangeAsync(changes, options, progress, cancellationToken), "Try again.").ConfigureAwait(false)
            : await new WatchedChange(terminal, asJson, session, options, rule).RunAsync(changes, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> RunAsync(Func<IProgress<ChangeProgress>, Task<ChangeReport>> change, string conflictHint)
    {
        var report = await MakeAsync(change, conflictHint).ConfigureAwait(false);
        if (asJson) WriteJson(terminal, ChangeOutcome.Of(report));
        else await WriteAsync(report).ConfigureAwait(false);
        return ExitCode.Done;
    }

    /// <summary>Makes it with its progress; an error gets the hint that goes with it.</summary>
    public async Task<ChangeReport> MakeAsync(Func<IProgress<ChangeProgress>, Task<ChangeReport>> change, string conflictHint)
    {
        var progress = new ProgressDisplay(terminal, isSilent: asJson, options.Barrier);
        try
        {
            var report = await change(progress).ConfigureAwait(false);
            progress.End();
            return report;
        }
        catch (Exception error)
        {
            progress.End();
            Explain(error, progress, conflictHint);
            throw;
        }
    }

    /// <summary>Tells what it came to, for people.</summary>
    public async Task WriteAsync(ChangeReport report)
    {
        var (output, commit) = (terminal.Out, report.Commit);
        output.WriteLine(
            $"{terminal.OutColours.Name($"commit {commit.Number}")}" +
            $"{(commit.Reason.Length > 0 ? "  " + SafeText.Line(commit.Reason) : "")}");
        foreach (var edit in commit.Edits) output.WriteLine("  " + SafeText.Line(EditText.Edit(edit)));
        var drained = report.Drained is { } time ? $", calls from before ended after {EditText.Duration(time)}" : "";
        output.WriteLine(
            $"applied by {report.Applications} application{(report.Applications == 1 ? "" : "s")} in " +
            $"{EditText.Duration(report.Applied)}{drained}");
        await terminal.FlushAsync().ConfigureAwait(false);
        var remarks = report.Warnings.Concat(commit.Overridden.Select(line => "overridden: " + line));
        if (report.Drained is null && options.DrainTimeout > TimeSpan.Zero)
        {
            remarks = remarks.Append(
                $"Calls that began before are still under way after {EditText.Duration(options.DrainTimeout)}: " +
                $"leave the old versions running.");
        }

        foreach (var remark in remarks) terminal.Error.WriteLine($"{terminal.ErrorColours.Error("warning:")} {SafeText.Line(remark)}");
    }

    private void Explain(Exception error, ProgressDisplay progress, string conflictHint)
    {
        switch (error)
        {
            case CommitRefusedException { CanBeForced: true }:
                Hints.Add(error, "Nothing was changed; --force overrides it and is recorded in the commit.");
                break;
            case CommitConflictException:
                Hints.Add(error, "Nothing was changed. " + conflictHint);
                break;
            case ChangeUnappliedException unapplied:
                Hints.Add(error, $"'fan revert {unapplied.Commit.Number}' undoes it.");
                break;
            case OperationCanceledException:
                // The exit code tells of the interruption, but not of what it left.
                var left = progress.Commit > 0
                    ? $"commit {progress.Commit} is made and stays; 'fan revert {progress.Commit}' undoes it."
                    : "'fan log' shows whether a commit was made.";
                terminal.Error.WriteLine($"{terminal.ErrorColours.Error("fan:")} Interrupted: {left}");
                break;
        }
    }
}
