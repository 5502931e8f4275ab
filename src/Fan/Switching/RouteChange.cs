namespace Fan.Switching;

/// <summary>What a commit is to say of one service's calls. Immutable.</summary>
public sealed record RouteChange
{
    /// <summary>The service, without brackets.</summary>
    public required string Service { get; init; }

    /// <summary>
    /// The versions that take its calls, with their shares in percent; one alone has 100. Empty: every version does, as before anything was
    /// committed.
    /// </summary>
    public IReadOnlyDictionary<string, int> Versions { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// What keeps a caller with one version of a split: <c>user</c>, <c>shard</c> or the name of a baggage member. Null: each call tree is
    /// drawn anew.
    /// </summary>
    public string? Sticky { get; init; }

    /// <summary>Another service that takes its calls instead.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether callers may ask for another active version by the baggage member <c>fan-route</c>.</summary>
    public bool AllowsOverride { get; init; }

    /// <summary>All calls to one version.</summary>
    public static RouteChange To(string service, string version) =>
        new() { Service = service, Versions = new Dictionary<string, int> { [version] = 100 } };
}

/// <summary>How a change is made. Immutable.</summary>
public sealed record ChangeOptions
{
    /// <summary>Who makes it.</summary>
    public required string Author { get; init; }

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>
    /// Whether all applications hold new root calls until the commit is made, so that no two of them begin root calls on different sides of
    /// it at any time.
    /// </summary>
    public bool Barrier { get; init; }

    /// <summary>Whether it is made in spite of what speaks against it; that is recorded in the commit.</summary>
    public bool Force { get; init; }

    /// <summary>How long to wait for applications to hold calls, and then to apply. Default 30 s.</summary>
    public TimeSpan ApplyTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for the call trees that read an older snapshot; zero does not wait. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>How far a change is.</summary>
public enum ChangeStage
{
    /// <summary>Applications begin to hold new root calls.</summary>
    Preparing,

    /// <summary>The commit is made; applications apply it.</summary>
    Applying,

    /// <summary>Every application has applied it; call trees from before are still under way.</summary>
    Draining,

    /// <summary>Nothing reads an older snapshot any more.</summary>
    Settled,
}

/// <summary>Where a change stands.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Commit">The number of the commit; 0 before it is made.</param>
/// <param name="Done">How many applications have done what the stage asks.</param>
/// <param name="Of">How many live.</param>
/// <param name="WaitsFor">Some of those that have not, by name.</param>
public readonly record struct ChangeProgress(ChangeStage Stage, long Commit, int Done, int Of, IReadOnlyList<string> WaitsFor);

/// <summary>What a change came to.</summary>
/// <param name="Commit">The commit.</param>
/// <param name="Applications">How many applications have applied it.</param>
/// <param name="Applied">The time from the commit until every application had applied it.</param>
/// <param name="Drained">The time from the commit until no call tree read an older snapshot; null where some still do.</param>
/// <param name="Warnings">
/// What does not forbid it, and should be known: soft dependencies that are not met any more, and what running applications provably can't
/// call of a version by the contract that they were built with.
/// </param>
public sealed record ChangeReport(
    Tree.Commit Commit, int Applications, TimeSpan Applied, TimeSpan? Drained, IReadOnlyList<string> Warnings);

/// <summary>A change was committed, and not every application has applied it in time.</summary>
public sealed class ChangeUnappliedException : Exception
{
    /// <summary>Creates it.</summary>
    public ChangeUnappliedException(Tree.Commit commit, IReadOnlyList<string> waitsFor, TimeSpan waited)
        : this(
            commit,
            waitsFor,
            $"Commit {commit.Number} is made, and {waitsFor.Count} application(s) have not applied it within {waited.TotalSeconds:0.#} " +
            $"s: {string.Join(", ", waitsFor.Take(5))}. Root calls of theirs may still go the old way; " +
            "each applies it, or its session ends.")
    {
    }

    internal ChangeUnappliedException(Tree.Commit commit, IReadOnlyList<string> waitsFor, string message)
        : base(message) => (Commit, WaitsFor) = (commit, waitsFor);

    /// <summary>The commit.</summary>
    public Tree.Commit Commit { get; }

    /// <summary>The applications that have not; of a move of shards, the workers that don't hold theirs.</summary>
    public IReadOnlyList<string> WaitsFor { get; }
}
