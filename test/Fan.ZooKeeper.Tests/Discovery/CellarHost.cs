using System.Text.Json;
using Fan.Discovery;
using Fan.Switching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Fan.ZooKeeper.Tests.Discovery;

[Service("cellar", Version = "1.2.0")]
public interface ICellar
{
    ValueTask<string> GetAsync(int id, CancellationToken ct = default);
}

[Service("cellar", Version = "2.0.0")]
public interface ICellarNext
{
    ValueTask<string> GetAsync(int id, CancellationToken ct = default);
}

public sealed class Cellar(string name) : ICellar, ICellarNext
{
    public ValueTask<string> GetAsync(int id, CancellationToken ct = default) => new($"{name} {id}");
}

/// <summary>One application with the HTTP route on a ZooKeeper store.</summary>
internal sealed class CellarHost : IAsyncDisposable
{
    public const string VersionPath = "/endpoints/cellar/1.2.0";

    private readonly IHost _host;

    private CellarHost(IHost host, ZooKeeperCoordinationStore store)
    {
        _host = host;
        Store = store;
    }

    public ZooKeeperCoordinationStore Store { get; }

    public IFan Fan => _host.Services.GetRequiredService<IFan>();

    public IEndpointDirectory Directory => _host.Services.GetRequiredService<IEndpointDirectory>();

    public static async Task<CellarHost> StartAsync(ZooKeeperCoordinationStore store, string name, bool serves, bool isNext = false)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = name).UseStore(_ => store).AddHttp();
        if (serves && isNext) fan.AddService<ICellarNext>(_ => new Cellar(name));
        else if (serves) fan.AddService<ICellar>(_ => new Cellar(name));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new CellarHost(host, store);
    }

    public async Task<string> CallAsync() => await Fan.Get<ICellar>().GetAsync(7, TestContext.Current.CancellationToken);

    /// <summary>A call of the version that the routes say.</summary>
    public async Task<string> CallByNameAsync() =>
        await Fan.CallAsync<string>(
            "cellar.get", JsonSerializer.SerializeToElement(new { id = 7 }), cancellationToken: TestContext.Current.CancellationToken);

    public ISystemChanges Changes => _host.Services.GetRequiredService<ISystemChanges>();

    public async Task<string> HealthAsync() =>
        (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["fan"].Description ?? "";

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
