using Fan;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.Retail;
using WineStore.ServiceDefaults;

// "next" is the coming release of the labels; elsewhere that would be another build of this program.
var isNext = args is [WineStoreApplication.NextRelease, ..];
await WineStoreApplication.Build(args, "Retail", fan =>
{
    if (isNext) fan.AddService<ILabelsV2>(_ => new Labels(13));
    else fan.AddService<IPublicWines, PublicWines>().AddService<ILabels>(_ => new Labels(8));

    // Either process can keep the stock of a store, under a name that outlives its restarts.
    fan.AddService<IStock, Stock>().Shard<IStock>(8).Uses<ILightspeed>("^1.1");
    fan.Services.AddSingleton<StockBook>().Configure<FanOptions>(options => options.Worker = isNext ? "retail-next" : "retail");
}).RunAsync();
