using System.Globalization;
using System.Net;

namespace Fan.ZooKeeper.Client;

/// <summary>Where a server listens.</summary>
/// <param name="Host">A name or an IP address, IPv6 without brackets.</param>
/// <param name="Port">From 1 to 65535.</param>
internal readonly record struct ServerAddress(string Host, int Port)
{
    public const int DefaultPort = 2181;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[ipv6]</c> or <c>[ipv6]:port</c>.</summary>
    /// <exception cref="FormatException">It is none of these; the message says why.</exception>
    public static ServerAddress Parse(string text)
    {
        string host, port;
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']');
            if (end < 0) throw new FormatException($"server '{text}' has no closing bracket");
            (host, port) = (text[1..end], text[(end + 1)..]);
            if (!IPAddress.TryParse(host, out var address) || address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6)
            {
                throw new FormatException($"server '{text}' has no IPv6 address in its brackets");
            }

            if (port.Length > 0 && port[0] != ':')
            {
                throw new FormatException($"server '{text}' has '{port}' after its bracket; write [address]:port");
            }
        }
        else
        {
            var colon = text.IndexOf(':');
            if (colon != text.LastIndexOf(':'))
            {
                throw new FormatException($"server '{text}' has several colons; an IPv6 address stands in brackets");
            }

            (host, port) = colon < 0 ? (text, "") : (text[..colon], text[colon..]);
            if (host.Length == 0) throw new FormatException(text.Length == 0 ? "a server is empty" : $"server '{text}' has no host");
            if (Uri.CheckHostName(host) is UriHostNameType.Unknown) throw new FormatException($"server '{text}' has no valid host name");
        }

        if (port.Length == 0) return new ServerAddress(host, DefaultPort);
        return int.TryParse(port.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535
            ? new ServerAddress(host, number)
            : throw new FormatException($"server '{text}' has the port '{port[1..]}'; a port is a number from 1 to 65535");
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
