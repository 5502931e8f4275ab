using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Versions;

namespace Fan.Routing;

/// <summary>
/// The routes of one service for one caller's version range: one for all methods, unless something else is said of some. Safe from any
/// thread.
/// </summary>
internal sealed class ServiceRoutes(
    Func<string, ServiceFollower> follow,
    string service,
    VersionRange range,
    bool waits,
    TransportChoice transports,
    RouteTable table,
    RouteAim aim = default)
{
    private readonly ServiceRoute _all = new(follow, service, range, waits, transports.Only(table.CallsOf(service, null)), aim);
    private readonly ConcurrentDictionary<string, ServiceRoute>? _byMethod = table.DistinguishesMethods(service)
        ? new(StringComparer.Ordinal)
        : null;

    public string Service => service;

    // A name that nobody has configured has the route of all, so that callers by name can't fill the table.
    public ServiceRoute this[string method]
    {
        get
        {
            if (_byMethod is null || ReferenceEquals(table.CallsOf(service, method), table.CallsOf(service, null))) return _all;
            return _byMethod.GetOrAdd(method, static (name, at) => new(
                at.follow,
                at.service,
                at.range,
                at.waits,
                at.transports.Only(at.table.CallsOf(at.service, name)),
                at.aim), (follow, service, range, waits, transports, table, aim));
        }
    }
}
