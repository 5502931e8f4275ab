using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>A store's operations as ZooKeeper's, and its results back.</summary>
internal static class StoreOperations
{
    public static NodeOperation[] Translate(IReadOnlyList<StoreOperation> operations, IReadOnlyList<AccessRule> access)
    {
        var translated = new NodeOperation[operations.Count];
        for (var i = 0; i < translated.Length; i++)
        {
            translated[i] = operations[i] switch
            {
                StoreOperation.Create create => new CreateNode(create.Path, create.Data, Mode(create.Kind), access),
                StoreOperation.Set set => new SetNode(set.Path, set.Data, set.ExpectedVersion),
                // ZooKeeper calls it a bad argument for its own root, and would delete the chroot.
                StoreOperation.Delete { Path: "/" } => throw new StoreConflictException(i, "/", StoreConflict.NotEmpty),
                StoreOperation.Delete delete => new DeleteNode(delete.Path, delete.ExpectedVersion),
                StoreOperation.Check check => new CheckNode(check.Path, check.ExpectedVersion),
                var other => throw new NotSupportedException($"{other.GetType().Name} is no operation that is known."),
            };
        }

        return translated;
    }

    public static StoreResult[] Results(NodeOperation[] operations, OperationResult[] results)
    {
        var translated = new StoreResult[results.Length];
        for (var i = 0; i < translated.Length; i++)
            translated[i] = new StoreResult(results[i].Path, results[i].Stat?.Version ?? Expected(operations[i]));
        return translated;
    }

    // Deletions and checks are answered with nothing: what they expected was so.
    private static int Expected(NodeOperation operation) => operation switch
    {
        DeleteNode delete => delete.Version,
        CheckNode check => check.Version,
        _ => 0,
    };

    private static CreateMode Mode(NodeKind kind) => kind switch
    {
        NodeKind.Ephemeral => CreateMode.Ephemeral,
        NodeKind.PersistentSequential => CreateMode.PersistentSequential,
        NodeKind.EphemeralSequential => CreateMode.EphemeralSequential,
        NodeKind.Container => CreateMode.Container,
        _ => CreateMode.Persistent,
    };
}
