namespace Fan;

/// <summary>An endpoint was found but could not be reached, broke off or refused work. Wire code <c>unavailable</c>.</summary>
public sealed class ServiceUnavailableException(string service, string message, Exception? inner = null)
    : FanException(ErrorCodes.Unavailable, message, inner)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>Whether the connection that the call was on ended, so that the same endpoint may answer on another one.</summary>
    internal bool IsOfConnection { get; init; }
}
