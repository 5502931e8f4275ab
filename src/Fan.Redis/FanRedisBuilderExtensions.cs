using Fan.Queues;
using Fan.Redis;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Queues;
using Fan.Redis.Serving;
using Fan.Redis.Settings;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the Redis route to an application.</summary>
public static class FanRedisBuilderExtensions
{
    /// <summary>
    /// Calls services over Redis, serves the application's own where it hosts any, and keeps pushes there until they are handled. A second
    /// call changes the settings.
    /// </summary>
    public static FanBuilder AddRedis(this FanBuilder builder, Action<FanRedisOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ServiceType == typeof(RedisServer))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<FanRedisOptions>>(
            provider => new RedisConfiguration(provider.GetService<IConfiguration>())));
        services.AddOptions<FanRedisOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FanRedisOptions>, FanRedisOptionsValidator>());
        services.AddSingleton<RedisServer>();
        services.AddSingleton<RedisServerTransport>();
        services.AddSingleton<IServerTransport>(provider => provider.GetRequiredService<RedisServerTransport>());
        services.AddSingleton<IClientTransport, RedisClientTransport>();
        services.AddSingleton<RedisQueueTransport>();
        services.AddSingleton<IQueueTransport>(provider => provider.GetRequiredService<RedisQueueTransport>());
        return builder;
    }
}
