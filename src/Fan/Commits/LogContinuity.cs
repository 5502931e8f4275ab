using Fan.Tree;

namespace Fan.Commits;

/// <summary>How the log in the store goes on from what was applied.</summary>
internal enum LogRelation
{
    /// <summary>Its head is what was applied.</summary>
    Same,

    /// <summary>It has more.</summary>
    Ahead,

    /// <summary>It is another one: restored from an older state, or begun anew.</summary>
    Another,
}

/// <summary>A log that was found to be another one.</summary>
/// <param name="Before">The commit that was applied.</param>
/// <param name="After">The head that was found.</param>
/// <param name="At">When, by the clock's timestamp.</param>
internal sealed record LogRestart(long Before, long After, long At);

/// <summary>
/// Tells the log that was followed from one that was restored or begun anew: by its numbers, and by the fingerprint that every commit has
/// of the one before it. What has none is taken for the same.
/// </summary>
internal static class LogContinuity
{
    public static LogRelation Of(TreeSnapshot applied, LogHead? head)
    {
        var number = head?.Number ?? 0;
        if (number < applied.Number) return LogRelation.Another;
        if (number == applied.Number)
        {
            return head is null || applied.Fingerprint is null || head.Fingerprint is null || head.Fingerprint == applied.Fingerprint
                ? LogRelation.Same
                : LogRelation.Another;
        }

        return head!.Commit is { } commit && commit.Number == applied.Number + 1 && !IsNext(applied, commit)
            ? LogRelation.Another
            : LogRelation.Ahead;
    }

    /// <summary>Whether a commit of the log is the one that was applied.</summary>
    public static bool IsSame(TreeSnapshot applied, Commit? commit) =>
        applied.Fingerprint is null || commit is null || CommitJson.Fingerprint(commit) == applied.Fingerprint;

    /// <summary>Whether a commit was made upon the one that was applied.</summary>
    public static bool IsNext(TreeSnapshot applied, Commit commit) =>
        applied.Fingerprint is null || commit.Follows is null || commit.Follows == applied.Fingerprint;
}
