namespace Fan.Coordination;

/// <summary>The rules for paths in a coordination store; ZooKeeper's.</summary>
public static class StorePath
{
    /// <summary>
    /// Checks that a path is absolute, has no empty, <c>.</c> or <c>..</c> part, no control character and no trailing slash.
    /// </summary>
    /// <exception cref="ArgumentException">It is not so; the message says which rule is broken.</exception>
    public static void Validate(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (FaultOf(path) is { } fault) throw new ArgumentException(fault, nameof(path));
    }

    /// <summary>Whether <see cref="Validate"/> takes it: what others wrote into a store may have other names.</summary>
    internal static bool IsValid(string path) => path.Length > 0 && FaultOf(path) is null;

    private static string? FaultOf(string path)
    {
        if (path.Length > StoreLimits.MaxPathLength)
        {
            return $"A store path has at most {StoreLimits.MaxPathLength} characters; this one has {path.Length}.";
        }

        if (path[0] != '/') return $"Store path '{path}' must start with a slash.";
        if (path.Length == 1) return null;
        foreach (var range in path.AsSpan(1).Split('/'))
        {
            var part = path.AsSpan(1)[range];
            if (part.IsEmpty || part is "." or "..") return $"Store path '{path}' has an empty, '.' or '..' part.";
            foreach (var c in part)
            {
                if (char.IsControl(c) || char.IsSurrogate(c) || c is '\ufeff' or >= '\ufff0')
                {
                    return $"Store path has a character that is not allowed (U+{(int)c:X4}).";
                }
            }
        }

        return null;
    }

    /// <summary>The path of a child.</summary>
    public static string Join(string parent, string child) => parent == "/" ? "/" + child : parent + "/" + child;

    /// <summary>The path of the parent; <c>/</c> for a node at the top.</summary>
    public static string Parent(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>The last part.</summary>
    public static string Name(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return path[(path.LastIndexOf('/') + 1)..];
    }
}
