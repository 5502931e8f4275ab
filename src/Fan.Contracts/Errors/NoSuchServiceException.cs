namespace Fan;

/// <summary>No live endpoint of any version is registered under the service name. Wire code <c>no_such_service</c>.</summary>
public sealed class NoSuchServiceException(string service, string message) : FanException(ErrorCodes.NoSuchService, message)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>Whether an endpoint says so of itself, before anything was done: another one may have the service.</summary>
    internal bool IsOfEndpoint { get; init; }
}
