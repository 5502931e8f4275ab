using System.Globalization;
using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>The applications of which the processes consist.</summary>
internal static class Applications
{
    /// <param name="store">The store.</param>
    /// <param name="routes">
    /// The routes with commas between them, each with what it needs to know: <c>http=PORT>ADVERTISED</c>, <c>amqp=URL</c>.
    /// </param>
    /// <param name="what">A version, or <c>desk:ROUTE</c>, which calls over that route.</param>
    /// <param name="clock">The clock of the process.</param>
    public static Task<IHost> ServeAsync(string store, string routes, string what, TimeProvider clock) =>
        StartAsync(store, routes, what.Split(':')[0], clock, fan => _ = what.Split(':') switch
        {
            ["1.0.0"] => fan.AddService<IPriceOne>(_ => new Versioned("1.0.0"))
                .AddService<ITaxOne>(_ => new Versioned("1.0.0"))
                .AddService<ILabelOne>(_ => new Versioned("1.0.0")),
            ["2.0.0"] => fan.AddService<IPriceTwo>(_ => new Versioned("2.0.0"))
                .AddService<ITaxTwo>(_ => new Versioned("2.0.0"))
                .AddService<ILabelTwo>(_ => new Versioned("2.0.0")),
            ["desk", var route] =>
                fan.AddService<IDesk>(services => new Desk(services.GetRequiredService<IFan>())).Route("*", calls: route),
            _ => throw new ArgumentException($"'{what}' is no service."),
        });

    public static Task<IHost> CallAsync(string store, string routes, string name, TimeProvider clock) =>
        StartAsync(store, routes, name, clock, _ => { });

    public static async Task<IHost> StartAsync(string store, string routes, string name, TimeProvider clock, Action<FanBuilder> configure)
    {
        // An empty one: a thousand of them must not read a thousand configuration files, nor watch them.
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(clock);
        var fan = builder.Services.AddFan(options => options.Name = name).UseStore(store).AddSqliteStore().AddZooKeeperStore();
        foreach (var route in routes.Split(',')) Add(fan, route.Split('=', 2) is [var kind, var address] ? (kind, address) : (route, ""));
        configure(fan);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static void Add(FanBuilder fan, (string Kind, string Address) route) => _ = route.Kind switch
    {
        "ipc" => fan.AddIpc(),
        "tcp" => fan.AddTcp(options => (options.Port, options.AdvertisedPort) = Ports(route.Address)),
        "http" => fan.AddHttp(options => (options.Port, options.AdvertisedPort) = Ports(route.Address)),
        "amqp" => fan.AddAmqp(options => options.Uri = route.Address),
        "redis" => fan.AddRedis(options => options.Uri = route.Address),
        "database" => fan.AddDatabase(options => (options.Sqlite, options.ServeCalls) = (route.Address, true)),
        _ => throw new ArgumentException($"There is no route '{route.Kind}'; there are http, ipc, tcp, amqp, redis, database."),
    };

    private static (int Port, int? Advertised) Ports(string address) =>
        address.Split('>') is [var port, var advertised]
            ? (int.Parse(port, CultureInfo.InvariantCulture), int.Parse(advertised, CultureInfo.InvariantCulture))
            : (0, null);
}
