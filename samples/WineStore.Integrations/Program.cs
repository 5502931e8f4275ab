using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.Integrations;
using WineStore.ServiceDefaults;

await WineStoreApplication.Build(args, "Integrations", fan => fan.AddService<IIntegrationApi, IntegrationApi>()).RunAsync();
