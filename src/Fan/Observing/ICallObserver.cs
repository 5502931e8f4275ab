namespace Fan.Observing;

/// <summary>Looks at the calls that all applications make. Safe from any thread.</summary>
public interface ICallObserver
{
    /// <summary>
    /// Lets every application count its calls of these services while this is enumerated. Each item has the sums since the beginning, by
    /// service; they come about twice a second, and only when they change.
    /// </summary>
    /// <param name="services">The services, without brackets; at most 256.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Commits.CommitConflictException">Somebody else observes calls at this moment.</exception>
    /// <exception cref="Coordination.StoreUnavailableException">The store can't be reached.</exception>
    IAsyncEnumerable<IReadOnlyDictionary<string, ObservedCalls>> ObserveAsync(
        IReadOnlyCollection<string> services, CancellationToken cancellationToken = default);
}
