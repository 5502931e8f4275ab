using Microsoft.Extensions.Hosting;
using WineStore.Contracts;
using WineStore.LightspeedSync;
using WineStore.ServiceDefaults;

await WineStoreApplication.Build(args, "LightspeedSync", fan => fan
    .AddService<ILightspeed, Lightspeed>()
    .AddSubscription<ILightspeed, SettingJournal>("journal")
    .DependsOn<IPublicWines>("^1.2")
    .DependsOn<IStock>("^1.0")
    // Both releases of each: which one takes a call is a matter of the routes.
    .DependsOn<IIntegrationApi>(">=2 <4")
    .DependsOn<ILabels>(">=1.4 <3")).RunAsync();
