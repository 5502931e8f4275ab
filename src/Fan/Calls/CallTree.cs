using Fan.Commits;

namespace Fan;

/// <summary>
/// Calls that belong together: all that are made in its context read one snapshot of the system, so a switch finds them on one side.
/// Dispose it after the last of them. From <see cref="IFan.BeginTreeAsync"/>.
/// </summary>
/// <remarks>While it is open, a switch counts it among the calls from before, and waits for its end until its drain timeout.</remarks>
public sealed class CallTree : IDisposable
{
    private readonly TreeScope _tree;
    private int _isDisposed;

    internal CallTree(TreeScope tree, CallContext context) =>
        (_tree, Context) = (tree, context with { Tree = tree.Snapshot, Draw = tree.Draw });

    /// <summary>The context to make its calls in.</summary>
    public CallContext Context { get; }

    /// <summary>The number of the snapshot; 0 where nothing was ever committed.</summary>
    public long Snapshot => _tree.Snapshot!.Number;

    /// <summary>Makes its context the current one until the scope is disposed: <c>using (tree.Use()) { … }</c>.</summary>
    public CallContext.Scope Use() => Context.Use();

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0) _tree.Dispose();
    }
}
