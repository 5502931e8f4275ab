namespace Fan.Proxies;

/// <summary>
/// Stands before a service: it gets every call of it, of whatever method, and decides what becomes of it. Called from any thread, several
/// calls at once.
/// </summary>
/// <remarks>It gets calls only while a route says so (<c>fan switch SERVICE=@PROXY</c>). See docs/proxies.md.</remarks>
public interface IProxyService
{
    /// <summary>Handles one call. What it throws, the caller gets as if the service had thrown it.</summary>
    /// <param name="call">The call; valid until this has ended.</param>
    /// <param name="cancellationToken">Cancelled when the caller has gone, or the time of the call is over.</param>
    ValueTask HandleAsync(ProxiedCall call, CancellationToken cancellationToken);
}
