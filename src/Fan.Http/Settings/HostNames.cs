using System.Net;

namespace Fan.Http.Settings;

/// <summary>
/// The names under which a listener may be asked for. A page that makes its own name lead here by DNS is told from others by nothing else.
/// Safe from any thread.
/// </summary>
internal sealed class HostNames
{
    private const string Any = "*";

    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _suffixes = [];
    private readonly bool _allowsAny;
    private readonly bool _isOnLoopback;

    // Callers say the same name over and over: the one that was let in last is not taken apart again.
    private string? _last;

    public HostNames(FanHttpOptions options)
    {
        _isOnLoopback = IPAddress.IsLoopback(IPAddress.Parse(options.Address));
        if (options.AdvertisedHost is { } advertised) _names.Add(Normal(advertised));
        foreach (var name in options.AllowedHosts)
        {
            if (name == Any) _allowsAny = true;
            else if (name.StartsWith("*.", StringComparison.Ordinal)) _suffixes.Add("." + Normal(name[2..]));
            else _names.Add(Normal(name));
        }
    }

    /// <summary>What is wrong with an entry of <see cref="FanHttpOptions.AllowedHosts"/>; null where it is right.</summary>
    public static string? ProblemOf(string entry) =>
        entry == Any || Uri.CheckHostName(entry.StartsWith("*.", StringComparison.Ordinal) ? entry[2..] : entry) != UriHostNameType.Unknown
            ? null
            : $"{nameof(FanHttpOptions.AllowedHosts)} takes host names and addresses without a scheme or port, " +
                $"'*.example.com' for all names below one, and '*' for any; one is '{entry}'.";

    /// <summary>Whether the host of a request is one of them. A request without one comes from no browser.</summary>
    public bool Allows(string host)
    {
        if (_allowsAny || host.Length == 0 || string.Equals(host, _last, StringComparison.Ordinal)) return true;
        if (!Knows(NameIn(host))) return false;
        _last = host;
        return true;
    }

    private bool Knows(string name)
    {
        // The root of all names may be said.
        if (name.EndsWith('.')) name = name[..^1];
        if (_names.Contains(name)) return true;
        // Nobody can make a number lead elsewhere. Behind loopback stands this machine alone, which is asked for by its own.
        if (IPAddress.TryParse(name, out var address))
        {
            return !_isOnLoopback || IPAddress.IsLoopback(address) || _names.Contains(address.ToString());
        }

        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || _suffixes.Exists(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    // As callers send it: without the root of all names, in ASCII, and an address in its shortest form.
    private static string Normal(string entry)
    {
        var name = entry.Trim('[', ']');
        if (IPAddress.TryParse(name, out var address)) return address.ToString();
        return new Uri($"http://{(name.EndsWith('.') ? name[..^1] : name)}/").IdnHost;
    }

    private static string NameIn(string host)
    {
        if (host.StartsWith('[')) return host.IndexOf(']', StringComparison.Ordinal) is > 0 and var close ? host[1..close] : host;
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? host : host[..colon];
    }
}
