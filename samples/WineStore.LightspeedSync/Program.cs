using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.LightspeedSync;
using WineStore.ServiceDefaults;

await WineStoreApplication.Build(args, "LightspeedSync", fan => fan
    .AddService<ILightspeed, Lightspeed>()
    .AddSubscription<ILightspeed, SettingJournal>("journal")
    .DependsOn<IIntegrationApi>("^2.0")).RunAsync();
