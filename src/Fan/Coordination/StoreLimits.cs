namespace Fan.Coordination;

/// <summary>What every store accepts at the most.</summary>
public static class StoreLimits
{
    /// <summary>The data of one node, in bytes. ZooKeeper's default limit of a packet, less room for its frame.</summary>
    public const int MaxDataBytes = 1024 * 1024 - 1024;

    /// <summary>A path, in characters.</summary>
    public const int MaxPathLength = 1024;

    /// <summary>The operations of one commit.</summary>
    public const int MaxOperations = 1024;
}
