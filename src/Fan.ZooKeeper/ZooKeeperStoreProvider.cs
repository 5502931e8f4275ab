using System.Text;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper;

/// <summary>Makes stores from <c>zookeeper://host:port,…/chroot</c>.</summary>
internal sealed class ZooKeeperStoreProvider(
    IOptions<ZooKeeperOptions> options, TimeProvider clock, ILogger<ZooKeeperCoordinationStore> logger) : IStoreProvider
{
    public string Scheme => "zookeeper";

    public ICoordinationStore Create(string url) => Create(url, mustExist: false);

    public ICoordinationStore CreateExisting(string url) => Create(url, mustExist: true);

    private ZooKeeperCoordinationStore Create(string url, bool mustExist) =>
        new(ClientOptions(ZooKeeperStoreUrl.Parse(url), options.Value, logger) with { ChrootMustExist = mustExist }, clock, logger);

    internal static ZooKeeperClientOptions ClientOptions(ZooKeeperStoreUrl place, ZooKeeperOptions options, ILogger logger)
    {
        IReadOnlyList<AccessRule> access = options.Acl.Count > 0 ? [.. options.Acl.Select(AccessRule.Parse)]
            : options.User is null ? AccessRule.Open
            : AccessRule.Creator;
        return new ZooKeeperClientOptions
        {
            Servers = place.Servers,
            Chroot = place.Chroot,
            SessionTimeout = place.SessionTimeout ?? options.SessionTimeout,
            RequestTimeout = options.RequestTimeout,
            Credentials = options.User is { } user ? [("digest", Encoding.UTF8.GetBytes($"{user}:{options.Password}"))] : [],
            Access = access,
            Tls = ZooKeeperTls.Create(options.Tls, logger),
            MaxRequestsInFlight = options.MaxRequestsInFlight,
            MaxBytesInFlight = options.MaxBytesInFlight,
            MaxRequestBytes = options.MaxRequestBytes,
            MaxReplyBytes = options.MaxReplyBytes,
        };
    }
}
