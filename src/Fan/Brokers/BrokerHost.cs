using System.Globalization;
using System.Net;

namespace Fan.Brokers;

/// <summary>Reads where a broker is.</summary>
internal static class BrokerHost
{
    /// <summary>Whether a name or address means this machine.</summary>
    public static bool IsLoopback(string host) =>
        host is "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>
    /// Reads hosts with commas between them, each with or without its port (IPv6 in brackets); which of them is none, null where all are.
    /// </summary>
    public static string? Read(string text, int port, List<(string Host, int Port)> hosts)
    {
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!TryRead(part, port, out var host)) return part;
            hosts.Add(host);
        }

        return null;
    }

    private static bool TryRead(string text, int port, out (string Host, int Port) host)
    {
        host = (text, port);
        var colon = text.LastIndexOf(':');
        if ((colon > 0 && text.IndexOf(':', StringComparison.Ordinal) == colon) || text.Contains("]:", StringComparison.Ordinal))
        {
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var own)
                || own is < 1 or > 65535)
            {
                return false;
            }

            host = (text[..colon], own);
        }

        host.Host = host.Host.Trim('[', ']');
        return Uri.CheckHostName(host.Host) != UriHostNameType.Unknown;
    }
}
