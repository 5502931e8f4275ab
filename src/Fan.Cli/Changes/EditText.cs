using Fan.Commits;
using Fan.Routing;
using Fan.Tree;

namespace Fan.Cli.Changes;

/// <summary>Values of the tree for people.</summary>
internal static class EditText
{
    private const int MaxNamed = 4;

    // A route that says nothing.
    private const string Nothing = "{}";

    /// <summary>What an edit is of: the service of a route, or the path.</summary>
    public static string Subject(string path) => IsRoute(path) ? path[(CommitPath.Routes.Length + 1)..] : path;

    /// <summary>What a value says; beside another one, what differs of its shards and keys.</summary>
    public static string Value(string path, string? json, string? other = null) => IsRoute(path) ? RouteText.Of(json, other) : json ?? "-";

    public static string Edit(TreeEdit edit) => $"{Subject(edit.Path)}: {Before(edit)} ▸ {After(edit)}";

    public static string Before(TreeEdit edit) => Value(edit.Path, edit.Before, edit.After ?? Nothing);

    public static string After(TreeEdit edit) => Value(edit.Path, edit.After, edit.Before ?? Nothing);

    /// <summary>What a commit does, in one line.</summary>
    public static string Summary(Commit commit)
    {
        if (commit.Edits.Count == 0) return "-";
        var text = string.Join("; ", commit.Edits.Take(MaxNamed).Select(Edit));
        return commit.Edits.Count <= MaxNamed ? text : $"{text}; and {commit.Edits.Count - MaxNamed} more";
    }

    public static string Time(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z";

    public static string Duration(TimeSpan time) => time.TotalSeconds < 1 ? $"{time.TotalMilliseconds:0} ms" : $"{time.TotalSeconds:0.0} s";

    private static bool IsRoute(string path) => path.StartsWith(CommitPath.Routes + "/", StringComparison.Ordinal);
}
