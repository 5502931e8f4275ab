using System.Net.Security;

namespace Fan.ZooKeeper.Client;

/// <summary>What a client needs to know. Checked by who makes it.</summary>
internal sealed record ZooKeeperClientOptions
{
    /// <summary>The servers of one ensemble; tried in random order.</summary>
    public required IReadOnlyList<ServerAddress> Servers { get; init; }

    /// <summary>The node that stands for <c>/</c>, e.g. <c>/fan</c>; empty for the tree's own root. Made when it is missing.</summary>
    public string Chroot { get; init; } = "";

    /// <summary>Whether a missing chroot is an error instead.</summary>
    public bool ChrootMustExist { get; init; }

    /// <summary>For how long a silent client keeps its session. Servers bound it to what they allow.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long a request waits for room, and for a connection.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Who the client is, for each scheme.</summary>
    public IReadOnlyList<(string Scheme, byte[] Credentials)> Credentials { get; init; } = [];

    /// <summary>The access list of the nodes that make up the chroot.</summary>
    public IReadOnlyList<AccessRule> Access { get; init; } = AccessRule.Open;

    /// <summary>Makes the settings of a TLS connection with a host; null for plain text.</summary>
    public Func<string, SslClientAuthenticationOptions>? Tls { get; init; }

    /// <summary>How many requests may be in flight; further ones wait.</summary>
    public int MaxRequestsInFlight { get; init; } = 1024;

    /// <summary>How many bytes of requests may be in flight; further ones wait.</summary>
    public long MaxBytesInFlight { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest request that is sent: the servers' <c>jute.maxbuffer</c>.</summary>
    public int MaxRequestBytes { get; init; } = 0xfffff;

    /// <summary>The largest reply that is taken.</summary>
    public int MaxReplyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The servers and the chroot as a URL for people.</summary>
    public string DisplayName => $"zookeeper://{string.Join(',', Servers)}{Chroot}";
}
