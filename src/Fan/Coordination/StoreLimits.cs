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

    internal static void Validate(IReadOnlyList<StoreOperation> operations)
    {
        ArgumentNullException.ThrowIfNull(operations);
        if (operations.Count is 0 or > MaxOperations)
        {
            throw new ArgumentException(
                $"A commit has 1 to {MaxOperations} operations; this one has {operations.Count}.", nameof(operations));
        }

        foreach (var operation in operations)
        {
            StorePath.Validate(operation.Path);
            var size = operation switch
            {
                StoreOperation.Create create => create.Data.Length,
                StoreOperation.Set set => set.Data.Length,
                _ => 0
            };
            if (size > MaxDataBytes)
            {
                throw new ArgumentException(
                    $"The data of '{operation.Path}' has {size} bytes; a node holds at most {MaxDataBytes}.", nameof(operations));
            }
        }
    }
}
