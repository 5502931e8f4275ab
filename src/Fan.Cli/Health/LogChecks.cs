using Fan.Cli.Sessions;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tree;

namespace Fan.Cli.Health;

/// <summary>Looks at the log of commits, and at whether the applications that live follow it.</summary>
internal static class LogChecks
{
    private const int MaxNamed = 5;

    public static async Task<Check> RunAsync(
        ICoordinationStore store, ISystemChanges changes, TimeProvider clock, CancellationToken cancellationToken)
    {
        var log = new CommitLog(store, clock);
        LogHead? head;
        try
        {
            head = await log.ReadHeadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MalformedNodeException error)
        {
            return Check.Failed(
                "log",
                $"{CommitPath.Head} can't be read: {error.Message}",
                "Somebody else wrote it, or the data of the store is damaged: restore it from a backup.");
        }

        var strangers = new List<string>();
        var late = 0;
        var applications = await changes.ApplicationsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var record in applications)
        {
            if (record.Applied == (head?.Number ?? 0)
                && head?.Commit is { } newest
                && record.Fingerprint is { } told
                && told == CommitJson.Fingerprint(newest))
            {
                continue;
            }

            if (record.Applied > 0 && !await log.HasAppliedAsync(record, cancellationToken).ConfigureAwait(false))
            {
                strangers.Add($"{record.Application} (commit {record.Applied})");
            }
            else if (record.Applied < (head?.Number ?? 0))
            {
                late++;
            }
        }

        var at = head is null ? "no commit yet" : $"commit {head.Number}";
        if (strangers.Count > 0)
        {
            return Check.Failed(
                "log",
                $"{at}, but {string.Join(", ", strangers.Take(MaxNamed))}" +
                $"{(strangers.Count > MaxNamed ? $" and {strangers.Count - MaxNamed} more" : "")} applied another log: " +
                "the store was restored or begun anew",
                "They follow this one as soon as they see the store again. Switches wait for them; restart what does not follow.");
        }

        if (applications.Max(record => record.RestoredFrom) is { } before)
        {
            return Check.Warning(
                "log",
                $"{at}, {(late == 0 ? $"applied by {applications.Count}" : $"not applied yet by {late} of {applications.Count}")} " +
                $"{(applications.Count == 1 ? "application" : "applications")}; the store was restored or begun anew within the last ten " +
                $"minutes: the log was at {before}",
                "What was switched since the backup is undone, or all where there was none: look at 'fan show', and switch again.");
        }

        return late == 0
            ? Check.Ok("log", $"{at}, applied by {applications.Count} {(applications.Count == 1 ? "application" : "applications")}")
            : Check.Warning(
                "log",
                $"{at}, not applied yet by {late} of {applications.Count} applications",
                "Look again; what stays behind is cut off from the store, or hangs.");
    }
}
