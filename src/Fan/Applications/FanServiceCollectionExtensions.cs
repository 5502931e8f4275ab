using System.Diagnostics.Metrics;
using Fan;
using Fan.Applications;
using Fan.Coordination;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Lifetime;
using Fan.Observing;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Routing;
using Fan.Settings;
using Fan.Switching;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Fan to a host.</summary>
public static class FanServiceCollectionExtensions
{
    /// <summary>
    /// Adds a Fan application: <see cref="IFan"/> to call services, and what hosts and registers them. A second call goes on with the first
    /// one's application.
    /// </summary>
    public static FanBuilder AddFan(this IServiceCollection services, Action<FanOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (configure is not null) services.Configure(configure);
        if (services.FirstOrDefault(
            descriptor => descriptor.ServiceType == typeof(ApplicationPlan))?.ImplementationInstance is ApplicationPlan known)
            return new FanBuilder(services, known);

        var plan = new ApplicationPlan();
        services.AddSingleton(plan);
        services.AddOptions<FanOptions>().Configure<IServiceProvider>(Complete).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FanOptions>, FanOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<HostOptions>, HostShutdownTime>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new StopBudget(
            provider.GetRequiredService<IOptions<FanOptions>>().Value.DrainTimeout,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<FanHost>>()));
        services.TryAddSingleton<StoreProviders>();
        services.AddSingleton(provider => new StoreConnection(
            StoreSelection.Create(plan, provider),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<StoreConnection>>(),
            provider.GetRequiredService<StopBudget>()));
        services.AddSingleton(provider => new FanTelemetry(provider.GetService<IMeterFactory>()));
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<FanOptions>>().Value;
            return new EndpointDirectory(
                provider.GetRequiredService<StoreConnection>(),
                options.Limits,
                options.DiscoveryTimeout,
                provider.GetRequiredService<FanTelemetry>(),
                provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EndpointDirectory>>());
        });
        services.AddSingleton<IEndpointDirectory>(provider => provider.GetRequiredService<EndpointDirectory>());
        services.AddSingleton<QueueTelemetry>();
        services.AddSingleton<LocalQueueTransport>();
        services.AddSingleton(provider =>
        {
            var options = provider.GetRequiredService<IOptions<FanOptions>>().Value;
            return new QueueDirectory(
                provider.GetRequiredService<StoreConnection>(),
                options.Limits,
                options.DiscoveryTimeout,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<QueueDirectory>>());
        });
        services.AddOptions<RoutingOptions>().ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<RoutingOptions>>(
            provider => new RoutingConfiguration(provider.GetService<IConfiguration>()?.GetSection("Fan:Routes")));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RoutingOptions>, RoutingOptionsValidator>());
        services.AddSingleton(provider => new SubscriptionSettings(provider.GetService<IConfiguration>()?.GetSection("Fan:Queues")));
        services.AddSingleton<Subscriptions>();
        services.AddSingleton<ISystemChanges>(
            provider => new SystemChanges(provider.GetRequiredService<StoreConnection>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICallObserver>(provider => new CallObserver(provider.GetRequiredService<StoreConnection>()));
        services.AddSingleton<CallReporter>();
        services.AddSingleton<FanApplication>();
        services.AddSingleton<IFan, FanClient>();
        services.AddSingleton(provider => provider.GetRequiredService<FanApplication>().Server);
        services.AddSingleton<FanHost>();
        services.AddSingleton<IHostedService>(
            provider => StartFailure.OrHost(provider.GetRequiredService<FanHost>, provider.GetRequiredService<ILogger<FanHost>>()));
        // Stores tell what happens to them also where nobody set logging up.
        services.AddLogging();
        services.AddSingleton<FanHealthCheck>();
        services.AddHealthChecks().AddCheck<FanHealthCheck>("fan", tags: ["ready"]);
        return new FanBuilder(services, plan);
    }

    private static void Complete(FanOptions options, IServiceProvider services)
    {
        var section = services.GetService<IConfiguration>()?.GetSection("Fan");
        options.Name ??= section?["Name"] ?? services.GetService<IHostEnvironment>()?.ApplicationName ?? "fan";
        if (section is null) return;
        var read = new SettingsReader(section);
        options.DefaultTimeout = read.Time(nameof(options.DefaultTimeout), options.DefaultTimeout);
        options.DrainDelay = read.Time(nameof(options.DrainDelay), options.DrainDelay);
        options.DrainTimeout = read.Time(nameof(options.DrainTimeout), options.DrainTimeout);
        options.StopAfterRetired = read.Time(nameof(options.StopAfterRetired), options.StopAfterRetired);
        options.CopyLocalCalls = read.Flag(nameof(options.CopyLocalCalls), options.CopyLocalCalls);
        read.Require<FanOptions>();
    }
}
