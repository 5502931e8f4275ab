using Fan.Cli.Errors;
using Fan.Switching;
using Fan.Tree;

namespace Fan.Cli.Changes;

/// <summary>What the log tells of values of the tree.</summary>
internal static class RouteHistory
{
    /// <summary>The commit that changed each of the values last, as far as the log goes back.</summary>
    public static async Task<IReadOnlyDictionary<string, Commit>> LastChangesAsync(
        ISystemChanges changes, IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var missing = paths.ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, Commit>(StringComparer.Ordinal);
        if (missing.Count == 0) return found;
        await foreach (var commit in changes.LogAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (var edit in commit.Edits.Where(edit => missing.Remove(edit.Path))) found[edit.Path] = commit;
            if (missing.Count == 0) break;
        }

        return found;
    }

    /// <summary>What is different in the tree as of one commit from that as of another, whichever is the later one.</summary>
    /// <exception cref="ToolException">The log has not all that lies between.</exception>
    public static async Task<IReadOnlyList<TreeEdit>> BetweenAsync(
        ISystemChanges changes, long from, long to, CancellationToken cancellationToken)
    {
        var (first, last) = from <= to ? (from, to) : (to, from);
        var edits = new SortedDictionary<string, TreeEdit>(StringComparer.Ordinal);
        for (var number = first; number <= last; number++)
        {
            var commit = await changes.ShowAsync(number, cancellationToken).ConfigureAwait(false)
                ?? throw ToolException.NoSuchCommit(number);
            // The tree as of the first has its edits already.
            if (number == first) continue;
            foreach (var edit in commit.Edits)
            {
                edits[edit.Path] = edits.TryGetValue(edit.Path, out var known) ? known with { After = edit.After } : edit;
            }
        }

        return [.. edits.Values.Where(edit => edit.Before != edit.After)
            .Select(edit => from <= to ? edit : new TreeEdit(edit.Path, edit.After, edit.Before))];
    }
}
