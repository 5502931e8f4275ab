using Fan.Commits;
using Fan.Routing;

namespace Fan.Cli.Changes;

/// <summary>Values of the tree for people.</summary>
internal static class EditText
{
    private const int MaxNamed = 4;

    /// <summary>What an edit is of: the service of a route, or the path.</summary>
    public static string Subject(string path) => IsRoute(path) ? path[(CommitPath.Routes.Length + 1)..] : path;

    /// <summary>What a value says.</summary>
    public static string Value(string path, string? json)
    {
        if (!IsRoute(path)) return json ?? "-";
        if (json is null) return "every version";
        try
        {
            return Route(RouteEntry.Parse(json));
        }
        catch (FormatException)
        {
            // Shown as it is.
            return json;
        }
    }

    public static string Edit(TreeEdit edit) => $"{Subject(edit.Path)}: {Value(edit.Path, edit.Before)} ▸ {Value(edit.Path, edit.After)}";

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

    private static string Route(RouteEntry entry)
    {
        var text = entry.Alias is { } alias ? entry.Versions.IsEmpty ? "@" + alias : $"@{alias} ({string.Join(", ", entry.Versions.Where(version => version.Weight > 0).Select(version => version.Text))} behind it)" : entry.Versions.IsEmpty ? "every version" : entry.ToString();
        if (entry.Sticky is not null) text += $" by {entry.Sticky}";
        return entry.AllowsOverride ? text + ", callers may choose" : text;
    }
}
