using Fan;
using Fan.Conformance.Sharding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A worker that owns shards, for the tests: STORE ROUTE NAME HISTORY. It serves until it is ended, in whatever way.
if (args is not [var store, var route, var name, var history])
{
    Console.Error.WriteLine("Usage: STORE http|ipc NAME HISTORY");
    return 2;
}

using var services = new RecordedServices(name, history);
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
var fan = builder.Services.AddFan(options => (options.Name, options.Worker) = ("worker", name))
    .UseStore(store).AddSqliteStore().AddZooKeeperStore()
    .AddService<IStockCounter>(_ => services).ShardByRange<IStockCounter>(RecordedServices.Bounds)
    .AddService<IWallClock>(_ => services).Unique<IWallClock>()
    .AddService<IPriceList>(provider => new PriceList(name, () => provider.GetRequiredService<IFan>())).Strict<IPriceList>();
_ = route == "http" ? fan.AddHttp() : fan.AddIpc();
using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
await host.WaitForShutdownAsync();
Console.WriteLine("ended");
return 0;
