using Fan.Database;
using Fan.Database.Calls;
using Fan.Database.Engines;
using Fan.Database.Outbox;
using Fan.Database.Queues;
using Fan.Database.Settings;
using Fan.Queues;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the route over a database.</summary>
public static class FanDatabaseBuilderExtensions
{
    /// <summary>
    /// Keeps pushes in a database until they are handled, PostgreSQL or a SQLite file, and makes them part of the application's own
    /// transactions where it asks (<see cref="TransactionPushExtensions.UseForPushes"/>). Carries calls too, where
    /// <see cref="FanDatabaseOptions.ServeCalls"/> is set. A second call changes the settings.
    /// </summary>
    public static FanBuilder AddDatabase(this FanBuilder builder, Action<FanDatabaseOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ServiceType == typeof(DatabaseQueueTransport))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<FanDatabaseOptions>>(
            provider => new DatabaseConfiguration(provider.GetService<IConfiguration>())));
        services.AddOptions<FanDatabaseOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FanDatabaseOptions>, FanDatabaseOptionsValidator>());
        services.AddSingleton(provider => DatabaseFactory.Create(
            provider.GetRequiredService<IOptions<FanDatabaseOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILoggerFactory>()?.CreateLogger("Fan.Database")));
        services.AddSingleton<DatabaseQueueTransport>();
        services.AddSingleton<IQueueTransport>(provider => provider.GetRequiredService<DatabaseQueueTransport>());
        services.AddSingleton<Mailbox>();
        services.AddSingleton<IServerTransport, DatabaseServerTransport>();
        services.AddSingleton<IClientTransport, DatabaseClientTransport>();
        services.AddSingleton<IPushOutbox, DatabaseOutbox>();
        services.AddHostedService<OutboxRelay>();
        return builder;
    }
}
