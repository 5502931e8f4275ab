using Fan.Amqp;
using Fan.Amqp.Calling;
using Fan.Amqp.Connections;
using Fan.Amqp.Queues;
using Fan.Amqp.Serving;
using Fan.Amqp.Settings;
using Fan.Queues;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the AMQP route (RabbitMQ) to an application.</summary>
public static class FanAmqpBuilderExtensions
{
    /// <summary>
    /// Calls services over a broker, serves the application's own where it hosts any, and keeps pushes in the broker's queues. A second
    /// call changes the settings.
    /// </summary>
    public static FanBuilder AddAmqp(this FanBuilder builder, Action<FanAmqpOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ServiceType == typeof(AmqpServerTransport))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<FanAmqpOptions>>(
            provider => new AmqpConfiguration(provider.GetService<IConfiguration>())));
        services.AddOptions<FanAmqpOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<FanAmqpOptions>, FanAmqpOptionsValidator>());
        services.AddSingleton<Broker>();
        services.AddSingleton<AmqpServerTransport>();
        services.AddSingleton<IServerTransport>(provider => provider.GetRequiredService<AmqpServerTransport>());
        services.AddSingleton<IClientTransport, AmqpClientTransport>();
        services.AddSingleton<IQueueTransport, AmqpQueueTransport>();
        return builder;
    }
}
