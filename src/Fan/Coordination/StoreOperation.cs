namespace Fan.Coordination;

/// <summary>How long a node lives and how its name is made.</summary>
public enum NodeKind
{
    /// <summary>Stays until it is deleted.</summary>
    Persistent,

    /// <summary>Goes with the session that created it. Has no children.</summary>
    Ephemeral,

    /// <summary>Persistent; ten digits of a growing number are appended to the name.</summary>
    PersistentSequential,

    /// <summary>Ephemeral; ten digits of a growing number are appended to the name.</summary>
    EphemeralSequential,

    /// <summary>Persistent, and removed by the store some time after its last child has gone.</summary>
    Container,
}

/// <summary>One step of a commit.</summary>
public abstract record StoreOperation
{
    private StoreOperation(string path) => Path = path;

    /// <summary>The node it is about.</summary>
    public string Path { get; }

    /// <summary>Creates a node. Its parent must exist and not be ephemeral.</summary>
    public sealed record Create(
        string NodePath, ReadOnlyMemory<byte> Data = default, NodeKind Kind = NodeKind.Persistent) : StoreOperation(NodePath);

    /// <summary>Sets the data of a node, if its version is <paramref name="ExpectedVersion"/>; -1 takes any.</summary>
    public sealed record Set(string NodePath, ReadOnlyMemory<byte> Data, int ExpectedVersion = -1) : StoreOperation(NodePath);

    /// <summary>Deletes a node without children, if its version is <paramref name="ExpectedVersion"/>; -1 takes any.</summary>
    public sealed record Delete(string NodePath, int ExpectedVersion = -1) : StoreOperation(NodePath);

    /// <summary>Changes nothing; the commit fails unless the node exists with the version (-1 takes any).</summary>
    public sealed record Check(string NodePath, int ExpectedVersion = -1) : StoreOperation(NodePath);
}

/// <summary>What one operation of a commit did.</summary>
/// <param name="Path">The path of the node, with the sequence number that a sequential one was given.</param>
/// <param name="Version">
/// The version of the node's data afterwards; -1 where a deletion or check took any version and the store does not tell.
/// </param>
public readonly record struct StoreResult(string Path, int Version);
