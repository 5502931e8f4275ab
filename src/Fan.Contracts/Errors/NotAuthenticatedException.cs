namespace Fan;

/// <summary>
/// A policy asks who calls, and nothing that came with the call proves it: no certificate, no valid token. Nothing was done. Wire code
/// <c>not_authenticated</c>.
/// </summary>
public sealed class NotAuthenticatedException(string service, string method, string message, Exception? inner = null)
    : FanException(ErrorCodes.NotAuthenticated, message, inner)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>The wire name of the method.</summary>
    public string Method { get; } = method;
}
