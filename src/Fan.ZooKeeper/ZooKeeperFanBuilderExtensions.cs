using Fan.Coordination;
using Fan.ZooKeeper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the store for many machines.</summary>
public static class ZooKeeperFanBuilderExtensions
{
    /// <summary>
    /// Makes <c>zookeeper://host:port,host:port/chroot</c> a store that <see cref="FanBuilder.UseStore(string)"/> and <c>FAN_STORE</c> can
    /// name. A second call changes the settings.
    /// </summary>
    /// <remarks>
    /// <c>?session=10s</c> at the end sets for how long a process that does not answer keeps its endpoints (1 s to 1 h, default 10 s).
    /// </remarks>
    public static FanBuilder AddZooKeeperStore(this FanBuilder builder, Action<ZooKeeperOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ImplementationType == typeof(ZooKeeperStoreProvider))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<ZooKeeperOptions>, ZooKeeperConfiguration>(
            provider => new ZooKeeperConfiguration(provider.GetService<IConfiguration>()?.GetSection("Fan:ZooKeeper"))));
        services.AddOptions<ZooKeeperOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ZooKeeperOptions>, ZooKeeperOptionsValidator>());
        services.AddSingleton<IStoreProvider, ZooKeeperStoreProvider>();
        return builder;
    }
}
