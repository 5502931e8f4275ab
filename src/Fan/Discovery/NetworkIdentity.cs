using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Fan.Discovery;

/// <summary>
/// Names the network that this process's loopback addresses belong to, so that callers elsewhere, in another container say, do not take
/// them for their own: they would be refused, or meet somebody else's application. Immutable; safe from any thread.
/// </summary>
internal sealed class NetworkIdentity
{
    /// <summary>The key among the properties of an endpoint at a loopback address.</summary>
    public const string Property = "network";

    /// <summary>Why an endpoint of another network is not called: the end of a sentence that begins with the endpoint.</summary>
    public const string WhyOutOfReach =
        "listens on loopback of another machine or container; let it listen where others reach it (Address), and say how by AdvertisedHost";

    // Another one after each start of the machine, and the same in all of its containers.
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const string NetworkNamespace = "/proc/self/ns/net";

    private readonly string? _boot;
    private readonly string? _network;
    private readonly string _host;

    internal NetworkIdentity(string? boot, string? network, string host) => (_boot, _network, _host) = (boot, network, host);

    /// <summary>That of this process.</summary>
    public static NetworkIdentity Current { get; } = new(
        Read(() => File.ReadAllText(BootId).Trim()) is { } boot ? Hash(boot) : null,
        Read(() => new FileInfo(NetworkNamespace).LinkTarget),
        Hash(Environment.MachineName));

    /// <summary>Whether a host, as endpoints have it, is of the machine or container that looks.</summary>
    public static bool IsLoopback(string? host)
    {
        if (host?.Trim('[', ']') is not { Length: > 0 } name) return false;
        if (IPAddress.TryParse(name, out var address))
        {
            return IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        }

        name = name.TrimEnd('.');
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the address of an endpoint leads there from here; in doubt it does.</summary>
    public bool Reaches(EndpointDescription endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return !IsLoopback(endpoint.Host)
            || endpoint.Properties.GetValueOrDefault(Property) is not { } text
            || Parse(text) is not { } other
            || IsSameAs(other);
    }

    /// <summary>An endpoint that an application of this network tells of, with the network where its address is one of loopback.</summary>
    public static EndpointDescription Label(EndpointDescription endpoint) =>
        !IsLoopback(endpoint.Host) || endpoint.Properties.ContainsKey(Property) ? endpoint
            : endpoint with
            {
                Properties = new Dictionary<string, string>(endpoint.Properties, StringComparer.Ordinal) { [Property] = Current.ToString() }
            };

    /// <summary>The text for <see cref="Property"/>.</summary>
    public override string ToString() =>
        string.Join(';', new[]
        {
            _boot is null ? null : "boot=" + _boot,
            _network is null ? null : "net=" + _network,
            "host=" + _host
        }.Where(part => part is not null));

    internal static NetworkIdentity? Parse(string text)
    {
        string? boot = null, network = null, host = null;
        foreach (var part in text.Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            var value = part[(equals + 1)..];
            switch (part[..equals])
            {
                case "boot": boot = value; break;
                case "net": network = value; break;
                case "host": host = value; break;
            }
        }

        return host is null ? null : new NetworkIdentity(boot, network, host);
    }

    // A part that one of them can't see says nothing; the number of a namespace alone is the same on many machines.
    private bool IsSameAs(NetworkIdentity other)
    {
        if (_boot is not null && other._boot is not null && _boot != other._boot) return false;
        if (_network is not null && other._network is not null)
        {
            return _network == other._network && (_boot is not null && other._boot is not null || _host == other._host);
        }

        // Where neither tells more, a machine's own name may have changed with the network that it is in.
        return _host == other._host || (_boot ?? _network ?? other._boot ?? other._network) is null;
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("fan network " + text)).AsSpan(0, 8));

    private static string? Read(Func<string?> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return null;
        }
    }
}
