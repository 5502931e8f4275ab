using System.Net;

namespace Fan.Security;

/// <summary>What a route that listens on a TCP address of its own is told, under the same names.</summary>
internal interface IListenerSettings : ITlsSettings
{
    bool Serve { get; }

    string Address { get; }

    int Port { get; }

    bool AllowNonLoopback { get; }

    string? AdvertisedHost { get; }

    int? AdvertisedPort { get; }
}

internal static class ListenerSettings
{
    /// <summary>What is wrong with the settings, those of certificates included.</summary>
    public static IEnumerable<string> ValidateListener(this IListenerSettings settings)
    {
        var (address, host) = (settings.Address, settings.AdvertisedHost);
        if (!IPAddress.TryParse(address, out var parsed))
        {
            yield return $"{nameof(settings.Address)} must be an IP address; it is '{address}'.";
        }
        else if (settings.Serve)
        {
            if (!IPAddress.IsLoopback(parsed) && settings.CertificateFile is null && !settings.AllowNonLoopback)
            {
                yield return $"{nameof(settings.Address)} {address} can be reached by other machines, in plain text: set " +
                    $"{nameof(settings.CertificateFile)}, or {nameof(settings.AllowNonLoopback)} if that is meant.";
            }

            if (host is null && (parsed.Equals(IPAddress.Any) || parsed.Equals(IPAddress.IPv6Any)))
            {
                yield return $"{nameof(settings.AdvertisedHost)} must say how others reach this machine, " +
                    $"as {nameof(settings.Address)} {address} does not.";
            }
        }

        if (settings.Port is < 0 or > 65535) yield return $"{nameof(settings.Port)} must be from 0 to 65535; it is {settings.Port}.";
        if (settings.AdvertisedPort is < 1 or > 65535)
            yield return $"{nameof(settings.AdvertisedPort)} must be from 1 to 65535; it is {settings.AdvertisedPort}.";
        if (host is not null && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            yield return $"{nameof(settings.AdvertisedHost)} must be a host name or an IP address (IPv6 in brackets); it is '{host}'.";
        foreach (var error in settings.Validate()) yield return error;
    }
}
