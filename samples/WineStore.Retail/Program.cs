using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.Retail;
using WineStore.ServiceDefaults;

await WineStoreApplication.Build(args, "Retail", fan => fan.AddService<IPublicWines, PublicWines>()).RunAsync();
