using System.Collections.Immutable;
using Fan.Commits;

namespace Fan.Tree;

/// <summary>The tree as of one commit. What it says never changes; how many root calls read it does. Safe from any thread.</summary>
internal sealed class TreeSnapshot
{
    private readonly StripedCounter _roots = new();

    private TreeSnapshot(
        long number, string? fingerprint, ImmutableDictionary<string, string> values, ImmutableDictionary<string, RouteEntry> routes)
    {
        Number = number;
        Fingerprint = fingerprint;
        Values = values;
        Routes = routes;
        HasSplits = routes.Values.Any(route => !route.IsSingle && route.Versions.Length > 0);
    }

    /// <summary>Before any commit.</summary>
    public static TreeSnapshot CreateEmpty() => new(
        0,
        null,
        ImmutableDictionary.Create<string, string>(StringComparer.Ordinal),
        ImmutableDictionary.Create<string, RouteEntry>(StringComparer.Ordinal));

    /// <summary>The number of the commit.</summary>
    public long Number { get; }

    /// <summary>
    /// Tells the commit from others of the same number in a log that was restored or begun anew; null where that is not known.
    /// </summary>
    public string? Fingerprint { get; }

    /// <summary>Every value by its path.</summary>
    public ImmutableDictionary<string, string> Values { get; }

    /// <summary>The routes by service.</summary>
    public ImmutableDictionary<string, RouteEntry> Routes { get; }

    /// <summary>Whether a service has its calls divided, so that a call tree needs a draw.</summary>
    public bool HasSplits { get; }

    /// <summary>The root calls that read it now.</summary>
    public long Roots => _roots.Inside();

    /// <summary>What the tree says of a service; null where it says nothing.</summary>
    public RouteEntry? RouteOf(string service) => Routes.IsEmpty ? null : Routes.GetValueOrDefault(service);

    public void Enter() => _roots.Enter();

    public void Exit() => _roots.Exit();

    /// <summary>The tree after the next commit.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="malformed">Told of each value that can't be understood; the one before stays in force.</param>
    public TreeSnapshot Apply(Commit commit, Action<string, string> malformed)
    {
        var values = Values;
        var routes = Routes;
        foreach (var edit in commit.Edits)
        {
            values = edit.After is null ? values.Remove(edit.Path) : values.SetItem(edit.Path, edit.After);
            routes = Change(routes, edit.Path, edit.After, malformed);
        }

        return new TreeSnapshot(commit.Number, CommitJson.Fingerprint(commit), values, routes);
    }

    /// <summary>The tree before the commit that made this one.</summary>
    public TreeSnapshot Undo(Commit commit, Action<string, string> malformed)
    {
        var before = Apply(
            commit with { Edits = [.. commit.Edits.Select(edit => new TreeEdit(edit.Path, edit.After, edit.Before))] }, malformed);
        return new TreeSnapshot(commit.Number - 1, commit.Follows, before.Values, before.Routes);
    }

    /// <summary>The tree with all its values, as of a commit. Routes that are as they were before stay the same objects.</summary>
    public TreeSnapshot Replace(
        long number, string? fingerprint, ImmutableDictionary<string, string> values, Action<string, string> malformed)
    {
        var routes = Routes;
        foreach (var path in Values.Keys.Where(path => !values.ContainsKey(path))) routes = Change(routes, path, null, malformed);
        foreach (var (path, value) in values)
        {
            if (!Values.TryGetValue(path, out var known) || known != value) routes = Change(routes, path, value, malformed);
        }

        return new TreeSnapshot(number, fingerprint, values, routes);
    }

    private static ImmutableDictionary<string, RouteEntry> Change(
        ImmutableDictionary<string, RouteEntry> routes, string path, string? value, Action<string, string> malformed)
    {
        if (!path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal)) return routes;
        var service = path[(CommitPath.Routes.Length + 1)..];
        if (value is null) return routes.Remove(service);
        try
        {
            return routes.SetItem(service, RouteEntry.Parse(value));
        }
        catch (FormatException error)
        {
            malformed(path, error.Message);
            return routes;
        }
    }
}
