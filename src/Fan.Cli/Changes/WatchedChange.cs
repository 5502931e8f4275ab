using Fan.Cli.Errors;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Coordination;
using Fan.Observing;
using Fan.Switching;

namespace Fan.Cli.Changes;

/// <summary>Makes a change, watches the calls of its services, and takes it back where a limit is passed.</summary>
internal sealed class WatchedChange(Terminal terminal, bool asJson, ToolSession session, ChangeOptions options, WatchRule rule)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // Applications report twice a second: by then none reports a call from before the change.
    private static readonly TimeSpan ReportsAreIn = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(IReadOnlyList<RouteChange> changes, CancellationToken cancellationToken)
    {
        var services = changes.Select(change => change.Service).Distinct(StringComparer.Ordinal).ToList();
        var watch = await CallWatch.StartAsync(session.Observer, services, cancellationToken).ConfigureAwait(false);
        await using var ending = watch.ConfigureAwait(false);
        var before = await CountAsync(watch, services, rule.Before, cancellationToken).ConfigureAwait(false);
        var run = new ChangeRun(terminal, asJson, options);
        var report = await run.MakeAsync(
            progress => session.Changes.ChangeAsync(changes, options, progress, cancellationToken), "Try again.").ConfigureAwait(false);
        if (!asJson) await run.WriteAsync(report).ConfigureAwait(false);
        var number = report.Commit.Number;
        try
        {
            var after = await JudgeAsync(watch, services, before, cancellationToken).ConfigureAwait(false);
            if (after.Broken is { } reason) return await TakeBackAsync(number, reason, cancellationToken).ConfigureAwait(false);
            await TellAsync(report, after.Calls).ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (StoreException error)
        {
            throw new ToolException(
                "unwatched",
                $"Commit {number} is made, and its calls can't be watched any more: {error.Message} 'fan revert {number}' undoes it.");
        }
        catch (OperationCanceledException)
        {
            terminal.Error.WriteLine(
                $"{terminal.ErrorColours.Error("fan:")} Interrupted: commit {number} is made and stays, and nobody watches it; " +
                $"'fan revert {number}' undoes it.");
            throw;
        }
    }

    private async Task<Dictionary<string, ObservedCalls>> CountAsync(
        CallWatch watch, IReadOnlyList<string> services, TimeSpan time, CancellationToken cancellationToken)
    {
        if (time == TimeSpan.Zero) return services.ToDictionary(service => service, _ => ObservedCalls.None, StringComparer.Ordinal);
        Say($"watching the calls as they are for {EditText.Duration(time)}");
        await Task.Delay(time + ReportsAreIn, terminal.Clock, cancellationToken).ConfigureAwait(false);
        var calls = services.ToDictionary(service => service, watch.Of, StringComparer.Ordinal);
        return services.Select(service => rule.Incomparable(service, calls[service]))
            .FirstOrDefault(reason => reason is not null) is { } reason
            ? throw new ToolException("too_few_calls", reason)
            : calls;
    }

    private async Task<(string? Broken, Dictionary<string, ObservedCalls> Calls)> JudgeAsync(
        CallWatch watch, IReadOnlyList<string> services, Dictionary<string, ObservedCalls> before, CancellationToken cancellationToken)
    {
        Say($"watching the calls for {EditText.Duration(rule.Time)}");
        await Task.Delay(ReportsAreIn, terminal.Clock, cancellationToken).ConfigureAwait(false);
        var from = services.ToDictionary(service => service, watch.Of, StringComparer.Ordinal);
        var started = terminal.Clock.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery, terminal.Clock);
        while (true)
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            watch.ThrowIfEnded();
            var isOver = terminal.Clock.GetElapsedTime(started) >= rule.Time;
            var calls = services.ToDictionary(
                service => service, service => watch.Of(service).Since(from[service]), StringComparer.Ordinal);
            var broken = services.Select(service => rule.Broken(service, before[service], calls[service], isOver))
                .FirstOrDefault(reason => reason is not null);
            if (broken is not null || isOver) return (broken, calls);
        }
    }

    private async Task<int> TakeBackAsync(long number, string reason, CancellationToken cancellationToken)
    {
        var undoing = options with { Reason = $"Commit {number} was taken back by itself: {reason}." };
        var run = new ChangeRun(terminal, asJson, undoing);
        var revert = await run.MakeAsync(
            progress => session.Changes.RevertAsync(number, undoing, progress, cancellationToken),
            $"It was to be taken back, as {reason}.").ConfigureAwait(false);
        if (!asJson) await run.WriteAsync(revert).ConfigureAwait(false);
        throw new ToolException("reverted", $"Commit {number} was taken back by commit {revert.Commit.Number}: {reason}.");
    }

    private async Task TellAsync(ChangeReport report, Dictionary<string, ObservedCalls> calls)
    {
        var watched = calls.Select(pair => WatchedCalls.Of(pair.Key, pair.Value)).ToList();
        if (asJson) ChangeRun.WriteJson(terminal, ChangeOutcome.Of(report) with { Watched = watched });
        else foreach (var line in watched) terminal.Out.WriteLine(SafeText.Line(line.ToString()));
        await terminal.FlushAsync().ConfigureAwait(false);
        foreach (var few in watched.Where(line => line.Calls < WatchRule.MinCalls && !asJson))
        {
            terminal.Error.WriteLine(
                $"{terminal.ErrorColours.Error("warning:")} Only {few.Calls} calls of '{few.Service}' were made while it was watched, " +
                "which says nothing of it.");
        }
    }

    private void Say(string text)
    {
        if (asJson) return;
        terminal.Error.WriteLine(text);
        terminal.Error.Flush();
    }
}
