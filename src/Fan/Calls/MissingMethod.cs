using Fan.Discovery;
using Fan.Routing;
using Fan.Serving;
using Fan.Sharding;

namespace Fan.Calls;

/// <summary>The endpoints of one call that have its service but not its method, so that others are tried.</summary>
internal struct MissingMethod
{
    private int _count;

    /// <summary>What one of them lacks; null where none does.</summary>
    public NoSuchMethodException? Error { get; private set; }

    /// <summary>An endpoint does not publish the method.</summary>
    /// <exception cref="NoSuchMethodException">No other one may take the call.</exception>
    public void Note(Endpoint endpoint, string method) =>
        Note(endpoint, CallServer.NoSuchMethod(
            $"{endpoint.Service} {endpoint.Version}",
            method,
            [.. endpoint.Description.Methods.Select(known => known.Name).Order(StringComparer.Ordinal)]));

    /// <summary>An endpoint answered that it does not have the method.</summary>
    /// <exception cref="NoSuchMethodException">No other one may take the call.</exception>
    public void Note(Endpoint endpoint, NoSuchMethodException error)
    {
        endpoint.Load.LastFailure = error.Message;
        _count++;
        // Told as the caller's own finding: passed on, it says nothing of the endpoint that passes it on.
        Error = error.IsOfEndpoint
            ? new NoSuchMethodException(error.Service, error.Method, error.Available, error.Message) { TraceId = error.TraceId }
            : error;
        // A shard has one owner.
        if (endpoint.Description.Properties.ContainsKey(ShardOffer.ShardsProperty)) throw Error;
    }

    /// <summary>
    /// What a failed choice is to the caller: the method is missing, where all endpoints lack it. One that has it and is left out for now
    /// is another matter.
    /// </summary>
    public readonly NoSuchMethodException? Explains(Exception error, ServiceRoute route, List<Endpoint>? tried) =>
        Error is not null
            && tried is not null
            && _count == tried.Count
            && error is ServiceUnavailableException
            && !route.IsOfferedBeyond(tried, Error.Method)
            ? Error
            : null;
}
