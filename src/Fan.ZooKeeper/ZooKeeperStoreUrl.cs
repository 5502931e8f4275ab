using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>
/// A store's URL: <c>zookeeper://HOST[:PORT][,HOST[:PORT]…][/CHROOT][?session=TIME]</c>, with <c>s</c> or <c>ms</c> after the time.
/// </summary>
internal sealed record ZooKeeperStoreUrl(IReadOnlyList<ServerAddress> Servers, string Chroot, TimeSpan? SessionTimeout)
{
    private const string Scheme = "zookeeper://";

    /// <exception cref="FormatException">It is none; the message names the place.</exception>
    public static ZooKeeperStoreUrl Parse(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"Store '{url}' must begin with '{Scheme}'.");
        }

        var rest = url[Scheme.Length..];
        var question = rest.IndexOf('?');
        var (place, options) = question < 0 ? (rest, "") : (rest[..question], rest[(question + 1)..]);
        var at = place.LastIndexOf('@');
        // Whoever sees the command line, the environment or a log would see the password; it is not repeated here either.
        if (at >= 0)
        {
            throw new FormatException(
                $"The store URL before '{place[(at + 1)..]}' holds credentials: leave them out, " +
                "and set Fan:ZooKeeper:User and Fan:ZooKeeper:Password in the configuration.");
        }

        var slash = place.IndexOf('/');
        var (hosts, chroot) = slash < 0 ? (place, "") : (place[..slash], place[slash..]);
        return new ZooKeeperStoreUrl(
            ParseServers(url, hosts), ParseChroot(url, chroot), question < 0 ? null : StoreUrlSession.Parse(url, options));
    }

    private static List<ServerAddress> ParseServers(string url, string hosts)
    {
        try
        {
            return [.. hosts.Split(',').Select(ServerAddress.Parse).Distinct()];
        }
        catch (FormatException error)
        {
            throw new FormatException($"Store '{url}': {error.Message}. Write {Scheme}host:port,host:port/chroot.", error);
        }
    }

    private static string ParseChroot(string url, string chroot)
    {
        if (chroot is "" or "/") return "";
        try
        {
            StorePath.Validate(chroot);
            return chroot;
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"Store '{url}' has the chroot '{chroot}': {error.Message}", error);
        }
    }
}
