using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SwitchBench.Services;

namespace SwitchBench.Processes;

/// <summary>The applications of which the processes consist.</summary>
internal static class Applications
{
    public static Task<IHost> ServeAsync(string store, string routes, string what) => StartAsync(store, routes, what, fan => _ = what switch
    {
        "1.0.0" => fan.AddService<IPriceOne>(_ => new Versioned("1.0.0")).AddService<ITaxOne>(_ => new Versioned("1.0.0")),
        "2.0.0" => fan.AddService<IPriceTwo>(_ => new Versioned("2.0.0")).AddService<ITaxTwo>(_ => new Versioned("2.0.0")),
        _ => fan.AddService<IDesk>(services => new Desk(services.GetRequiredService<IFan>())),
    });

    public static Task<IHost> CallAsync(string store, string routes, string name) => StartAsync(store, routes, name, _ => { });

    public static async Task<IHost> StartAsync(string store, string routes, string name, Action<FanBuilder> configure)
    {
        // An empty one: a thousand of them must not read a thousand configuration files, nor watch them.
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        var fan = builder.Services.AddFan(options => options.Name = name).UseStore(store).AddSqliteStore().AddZooKeeperStore();
        foreach (var route in routes.Split(','))
        {
            _ = route switch
            {
                "ipc" => fan.AddIpc(),
                "tcp" => fan.AddTcp(),
                "http" => fan.AddHttp(),
                _ => throw new ArgumentException($"There is no route '{route}'; there are http, ipc, tcp."),
            };
        }

        configure(fan);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
