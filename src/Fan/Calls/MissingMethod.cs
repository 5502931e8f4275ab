using Fan.Discovery;
using Fan.Routing;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The endpoints of one call that have its service but not its method, so that others are tried.</summary>
internal struct MissingMethod
{
    private int _count;

    /// <summary>What one of them lacks; null where none does.</summary>
    public NoSuchMethodException? Error { get; private set; }

    /// <summary>An endpoint does not publish the method.</summary>
    /// <exception cref="NoSuchMethodException">No other one may take the call.</exception>
    public void Note(Endpoint endpoint, ServiceRoute route, string method) =>
        Note(endpoint, route, CallServer.NoSuchMethod($"{endpoint.Service} {endpoint.Version}", method, [.. endpoint.Description.Methods.Select(known => known.Name).Order(StringComparer.Ordinal)]));

    /// <summary>An endpoint answered that it does not have the method.</summary>
    /// <exception cref="NoSuchMethodException">No other one may take the call.</exception>
    public void Note(Endpoint endpoint, ServiceRoute route, NoSuchMethodException error)
    {
        endpoint.Load.LastFailure = error.Message;
        _count++;
        // Told as the caller's own finding: passed on, it says nothing of the endpoint that passes it on.
        Error = error.IsOfEndpoint ? new NoSuchMethodException(error.Service, error.Method, error.Available, error.Message) { TraceId = error.TraceId } : error;
        if (route.HasOwners) throw Error;
    }

    /// <summary>What a failed choice is to the caller: the method is missing, where all endpoints that were tried lack it.</summary>
    public readonly NoSuchMethodException? Explains(Exception error, List<Endpoint>? tried) =>
        Error is not null && _count == tried!.Count && error is ServiceUnavailableException ? Error : null;
}
