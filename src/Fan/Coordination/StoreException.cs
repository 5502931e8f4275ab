namespace Fan.Coordination;

/// <summary>The base of what a coordination store reports.</summary>
public abstract class StoreException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The store can't be reached or used: down, too slow, locked, read-only, full or corrupt. The message says which and what to do.
/// </summary>
public sealed class StoreUnavailableException(string message, Exception? inner = null) : StoreException(message, inner);

/// <summary>A node holds what Fan has not written.</summary>
public sealed class MalformedNodeException(string path, string reason, Exception? inner = null)
    : StoreException($"The node '{path}' can't be read: {reason}", inner)
{
    /// <summary>The node.</summary>
    public string Path { get; } = path;
}

/// <summary>A commit was refused as a whole.</summary>
public sealed class StoreConflictException(int operation, string path, StoreConflict conflict)
    : StoreException($"Operation {operation} on '{path}': {Explain(conflict)}.")
{
    /// <summary>The index of the operation that could not be done.</summary>
    public int Operation { get; } = operation;

    /// <summary>The node it was about.</summary>
    public string Path { get; } = path;

    /// <summary>Why.</summary>
    public StoreConflict Conflict { get; } = conflict;

    private static string Explain(StoreConflict conflict) => conflict switch
    {
        StoreConflict.NodeExists => "the node exists already",
        StoreConflict.NoNode => "the node, or its parent, does not exist",
        StoreConflict.BadVersion => "the node has another version",
        StoreConflict.NotEmpty => "the node has children",
        StoreConflict.EphemeralParent => "the parent is ephemeral and can have no children",
        _ => "it was refused",
    };
}

/// <summary>Why a commit was refused.</summary>
public enum StoreConflict
{
    /// <summary>The node to create exists.</summary>
    NodeExists,

    /// <summary>The node, or the parent of the one to create, does not exist.</summary>
    NoNode,

    /// <summary>The node's version is not the expected one.</summary>
    BadVersion,

    /// <summary>The node to delete has children.</summary>
    NotEmpty,

    /// <summary>The parent of the node to create is ephemeral.</summary>
    EphemeralParent,
}
