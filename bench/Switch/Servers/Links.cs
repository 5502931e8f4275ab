using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Stores.Servers;

namespace SwitchBench.Servers;

/// <summary>
/// The ways of one process to the store and the brokers, and of others to it. Where connections are to be cut, each of them leads through a
/// relay.
/// </summary>
internal sealed class Links : IAsyncDisposable
{
    private readonly List<Relay> _relays = [];

    private Links(string store) => Store = store;

    /// <summary>The store as that process sees it.</summary>
    public string Store { get; private set; }

    /// <summary>The routes of that process, with the address of each where it has one.</summary>
    public string Routes { get; private set; } = "";

    public static Links Create(Surroundings surroundings, IEnumerable<string> routes, bool canBeCut, bool serves)
    {
        var links = new Links(surroundings.Store);
        if (canBeCut && surroundings.Ensemble is { } ensemble)
        {
            links.Store = Surroundings.UrlOf(ensemble.Servers.Select(server => links.Through(server.Address)));
        }

        links.Routes = string.Join(',', routes.Select(route => links.Route(surroundings, route, canBeCut, serves)));
        return links;
    }

    /// <summary>Breaks every connection there is; new ones are carried.</summary>
    public void Cut() => _relays.ForEach(relay => relay.Drop());

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays) await relay.DisposeAsync();
    }

    private string Route(Surroundings surroundings, string route, bool canBeCut, bool serves)
    {
        if (surroundings.AddressOf(route) is { } address)
        {
            if (!canBeCut || route == "database") return $"{route}={address}";
            var broker = new UriBuilder(address);
            var relayed = IPEndPoint.Parse(Through(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{broker.Port}")));
            (broker.Host, broker.Port) = ("127.0.0.1", relayed.Port);
            return $"{route}={broker.Uri.AbsoluteUri.TrimEnd('/')}";
        }

        if (!canBeCut || !serves || route is not ("http" or "tcp")) return route;
        var port = FreePort();
        return string.Create(CultureInfo.InvariantCulture, $"{route}={port}>{IPEndPoint.Parse(Through($"127.0.0.1:{port}")).Port}");
    }

    private string Through(string server)
    {
        var relay = new Relay(server);
        _relays.Add(relay);
        return relay.Address;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
