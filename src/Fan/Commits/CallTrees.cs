using Fan.Tree;

namespace Fan.Commits;

/// <summary>
/// Gives each call the snapshot that its call tree reads, and counts the trees that begin in this application. Safe from any thread.
/// </summary>
internal sealed class CallTrees(TreeFollower follower)
{
    public SnapshotHistory History => follower.History;

    /// <summary>Whether anything was ever committed, as far as is known here. Until then a call needs no number.</summary>
    public bool IsBegun => History.Current.Number > 0;

    public bool IsLoaded => follower.IsLoaded;

    /// <summary>
    /// The snapshot of the tree that the context belongs to; where it belongs to none, a new tree begins, which the caller ends.
    /// </summary>
    /// <exception cref="SnapshotGoneException">It is older than what is kept here.</exception>
    /// <exception cref="ServiceUnavailableException">The tree is not known yet, and the store does not answer.</exception>
    public ValueTask<TreeScope> BeginAsync(CallContext context, string service, CancellationToken cancellationToken)
    {
        if (context.Tree is { } known) return new(new TreeScope(known, context.Draw, null));
        return context.SnapshotNumber is { } number ? FindAsync(number, context.Draw, service, cancellationToken)
            : follower.IsLoaded ? EnterAsync(cancellationToken) : LoadAndEnterAsync(service, cancellationToken);
    }

    /// <summary>
    /// As <see cref="BeginAsync"/> for what came from elsewhere without a number. Null where the tree is not known yet: then its calls ask
    /// for themselves.
    /// </summary>
    public ValueTask<TreeScope> EnterIncomingAsync(CancellationToken cancellationToken) =>
        follower.IsLoaded ? EnterAsync(cancellationToken) : new(default(TreeScope));

    private ValueTask<TreeScope> EnterAsync(CancellationToken cancellationToken)
    {
        if (!follower.Guard.IsAwake) return EnterAwakeAsync(cancellationToken);
        var entering = History.EnterAsync(cancellationToken);
        return entering.IsCompletedSuccessfully ? new(Begun(entering.Result)) : EnterSlowlyAsync(entering);
    }

    private async ValueTask<TreeScope> EnterAwakeAsync(CancellationToken cancellationToken)
    {
        await follower.Guard.AwakeAsync(cancellationToken).ConfigureAwait(false);
        return Begun(await History.EnterAsync(cancellationToken).ConfigureAwait(false));
    }

    private async ValueTask<TreeScope> EnterSlowlyAsync(ValueTask<TreeSnapshot> entering) => Begun(await entering.ConfigureAwait(false));

    private TreeScope Begun(TreeSnapshot snapshot) =>
        new(snapshot, snapshot.HasSplits ? (uint)Random.Shared.NextInt64(1, uint.MaxValue) : 0, History);

    private async ValueTask<TreeScope> LoadAndEnterAsync(string service, CancellationToken cancellationToken)
    {
        await follower.LoadedAsync(service, cancellationToken).ConfigureAwait(false);
        return await EnterAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<TreeScope> FindAsync(long number, uint draw, string service, CancellationToken cancellationToken)
    {
        if (!follower.IsLoaded) await follower.LoadedAsync(service, cancellationToken).ConfigureAwait(false);
        return new TreeScope(await History.FindAsync(number, cancellationToken).ConfigureAwait(false), draw, null);
    }
}

/// <summary>The snapshot of a call, and the end of its tree where the tree began with it.</summary>
internal readonly struct TreeScope(TreeSnapshot snapshot, uint draw, SnapshotHistory? counted) : IDisposable
{
    public TreeSnapshot? Snapshot => snapshot;

    public uint Draw => draw;

    public bool IsRoot => counted is not null;

    /// <summary>Ends the tree if it began here. Once only.</summary>
    public void Dispose() => counted?.Exit(snapshot);
}
