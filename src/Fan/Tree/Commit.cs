namespace Fan.Tree;

/// <summary>One change of the running system: edits of the tree that become visible all at once. Immutable.</summary>
public sealed record Commit
{
    /// <summary>Its place in the log; the first is 1.</summary>
    public required long Number { get; init; }

    /// <summary>Who made it, as they said.</summary>
    public required string Author { get; init; }

    /// <summary>When, by the clock of whoever made it. For people: nothing is decided by it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>
    /// The fingerprint of the commit before it: by it a log that was restored or begun anew is known. Null for the first, and for those of
    /// programs that did not write it.
    /// </summary>
    internal string? Follows { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What was overridden to make it, where it was forced; else empty.</summary>
    public IReadOnlyList<string> Overridden { get; init; } = [];

    /// <summary>The commit that it undoes; null where it undoes none.</summary>
    public long? Reverts { get; init; }

    /// <summary>What it changes. Empty for the first commit of a log.</summary>
    public IReadOnlyList<TreeEdit> Edits { get; init; } = [];
}

/// <summary>One value of the tree, before and after.</summary>
/// <param name="Path">Where, relative to the tree: <c>routes/retail.store</c>.</param>
/// <param name="Before">The JSON that was there; null where there was none.</param>
/// <param name="After">The JSON that is there now; null where there is none.</param>
public sealed record TreeEdit(string Path, string? Before, string? After);
