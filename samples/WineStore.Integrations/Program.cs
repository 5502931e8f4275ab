using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.Integrations;
using WineStore.ServiceDefaults;

// "next" is the coming release; elsewhere that would be another build of this program.
await WineStoreApplication.Build(args, "Integrations", fan => _ = args is [WineStoreApplication.NextRelease, ..]
    ? fan.AddService<IIntegrationApiV3>(_ => new IntegrationApi(13))
    : fan.AddService<IIntegrationApi>(_ => new IntegrationApi(8))).RunAsync();
