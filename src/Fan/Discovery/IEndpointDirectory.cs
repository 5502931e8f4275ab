namespace Fan.Discovery;

/// <summary>What is registered in the store. Safe from any thread.</summary>
public interface IEndpointDirectory
{
    /// <summary>The live endpoints of a service (name without brackets), from memory once the service is followed.</summary>
    /// <exception cref="ServiceUnavailableException">
    /// The store can't be reached and nothing is known of the service from before.
    /// </exception>
    ValueTask<IReadOnlyList<Endpoint>> FindAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Follows the live endpoints of a service: what there is first, then after each change.</summary>
    IAsyncEnumerable<IReadOnlyList<Endpoint>> WatchAsync(string service, CancellationToken cancellationToken = default);

    /// <summary>Reads everything that is registered at this moment from the store, with what could not be understood.</summary>
    /// <exception cref="Coordination.StoreUnavailableException">The store can't be reached.</exception>
    ValueTask<EndpointListing> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>All that is registered at one moment.</summary>
/// <param name="Endpoints">The endpoints, by service, version and id.</param>
/// <param name="Problems">Nodes that are no valid endpoints.</param>
/// <param name="Barriers">The paths of version nodes where a barrier holds registrations back.</param>
public sealed record EndpointListing(
    IReadOnlyList<Endpoint> Endpoints, IReadOnlyList<EndpointProblem> Problems, IReadOnlyList<string> Barriers);

/// <summary>A node that is no valid endpoint.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record EndpointProblem(string Path, string Reason);
