using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.Retail;
using WineStore.ServiceDefaults;

// "next" is the coming release of the labels; elsewhere that would be another build of this program.
await WineStoreApplication.Build(args, "Retail", fan => _ = args is [WineStoreApplication.NextRelease, ..]
    ? fan.AddService<ILabelsV2>(_ => new Labels(13))
    : fan.AddService<IPublicWines, PublicWines>().AddService<ILabels>(_ => new Labels(8))).RunAsync();
