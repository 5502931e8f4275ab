namespace Fan.Coordination;

/// <summary>What is done with nodes in more than one place.</summary>
internal static class StoreNodes
{
    /// <summary>Creates persistent nodes without data where they are missing.</summary>
    /// <param name="store">Where.</param>
    /// <param name="paths">The nodes, each after its parent.</param>
    /// <param name="cancellationToken">Ends it; some may have been created.</param>
    public static async ValueTask CreateMissingAsync(
        this ICoordinationStore store, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        foreach (var path in paths)
        {
            if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not null) continue;
            try
            {
                await store.CommitAsync([new StoreOperation.Create(path)], cancellationToken).ConfigureAwait(false);
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NodeExists)
            {
                // Somebody else was faster.
            }
        }
    }
}
