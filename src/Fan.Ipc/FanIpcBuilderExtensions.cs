using System.Diagnostics.CodeAnalysis;
using Fan.Ipc;
using Fan.Ipc.Settings;
using Fan.Ipc.Sockets;
using Fan.Ipc.Tcp;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Fan;

/// <summary>Adds the fast routes between Fan applications.</summary>
public static class FanIpcBuilderExtensions
{
    /// <summary>
    /// Calls services of the same machine over unix domain sockets, and serves the application's own where it hosts any. A second call
    /// changes the settings.
    /// </summary>
    public static FanBuilder AddIpc(this FanBuilder builder, Action<FanIpcOptions>? configure = null) =>
        builder.AddRoute<FanIpcOptions, IpcServerTransport, IpcClientTransport>(configure);

    /// <summary>Calls services over TCP, and serves the application's own where it hosts any. A second call changes the settings.</summary>
    public static FanBuilder AddTcp(this FanBuilder builder, Action<FanTcpOptions>? configure = null) =>
        builder.AddRoute<FanTcpOptions, TcpServerTransport, TcpClientTransport>(configure);

    private static FanBuilder AddRoute<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TServer,
        [DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicConstructors)] TClient>(this FanBuilder builder, Action<TOptions>? configure)
        where TOptions : FanWireOptions
        where TServer : class, IServerTransport
        where TClient : class, IClientTransport
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        if (configure is not null) services.Configure(configure);
        if (services.Any(descriptor => descriptor.ServiceType == typeof(TServer))) return builder;

        // Before what code says, so that code has the last word.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<TOptions>>(
            provider => (IConfigureOptions<TOptions>)(object)new WireConfiguration(provider.GetService<IConfiguration>())));
        services.AddOptions<TOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, FanWireOptionsValidator<TOptions>>());
        services.AddSingleton<TServer>();
        services.AddSingleton<IServerTransport>(provider => provider.GetRequiredService<TServer>());
        services.AddSingleton<IClientTransport, TClient>();
        return builder;
    }
}
