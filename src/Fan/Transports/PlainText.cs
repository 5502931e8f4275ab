using System.Net;
using Fan.Transports;

namespace Fan.Transports;

/// <summary>What may cross a network without encryption.</summary>
internal static class PlainText
{
    /// <summary>
    /// Keeps a token from a network on which others could read it. Whoever writes into the store could ask for it otherwise.
    /// </summary>
    /// <exception cref="EndpointUnreachableException">The call has a token, and the host is another machine.</exception>
    public static void RequireNoToken(OutgoingCall call)
    {
        if (call.Headers.Authorization is null || IsLoopback(call.Endpoint.Description.Host)) return;
        throw new EndpointUnreachableException(
            call.Endpoint,
            $"{call.Endpoint} takes no TLS, and a token is not sent to another machine in plain text: give its listener a certificate " +
            "(CertificateFile), or set AllowPlainText here if something else encrypts what lies between.");
    }

    /// <summary>Whether a host means this machine.</summary>
    public static bool IsLoopback(string? host) =>
        host is "localhost" || (IPAddress.TryParse(host?.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
