namespace Fan.Commits;

/// <summary>A commit was not made because the tree is not as its edits expect: somebody else changed the same values.</summary>
public sealed class CommitConflictException(string path, long head, string message) : Exception(message)
{
    /// <summary>The value that differs.</summary>
    public string Path { get; } = path;

    /// <summary>The newest commit at that time.</summary>
    public long Head { get; } = head;
}

/// <summary>A commit was not made because it would break what must hold. Nothing was changed.</summary>
public sealed class CommitRefusedException(IReadOnlyList<string> reasons, bool canBeForced = true)
    : Exception(string.Join(Environment.NewLine, reasons))
{
    /// <summary>Whether <see cref="Switching.ChangeOptions.Force"/> would have made it all the same.</summary>
    public bool CanBeForced { get; } = canBeForced;

    /// <summary>What it would break, a sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; } = reasons;
}
