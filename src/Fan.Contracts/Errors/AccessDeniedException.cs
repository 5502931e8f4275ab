namespace Fan;

/// <summary>It is known who calls, and a policy does not let that caller in. Nothing was done. Wire code <c>access_denied</c>.</summary>
public sealed class AccessDeniedException(string service, string method, string message)
    : FanException(ErrorCodes.AccessDenied, message)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>The wire name of the method.</summary>
    public string Method { get; } = method;
}
