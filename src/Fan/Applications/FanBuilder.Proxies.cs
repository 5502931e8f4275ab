using System.Diagnostics.CodeAnalysis;
using Fan.Applications;
using Fan.Proxies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fan;

public sealed partial class FanBuilder
{
    /// <summary>
    /// Hosts a proxy: while the route of a service leads to it (<c>fan switch SERVICE=@PROXY</c>), it gets all calls of that service. One
    /// object from the container handles them. See docs/proxies.md.
    /// </summary>
    /// <param name="proxy">The proxy's own name, without brackets: a service beside the other.</param>
    /// <param name="service">The service that it stands before, without brackets.</param>
    /// <param name="configure">Its settings.</param>
    /// <exception cref="FormatException">A name, or the version, is none.</exception>
    /// <exception cref="ArgumentException">Both names are the same.</exception>
    /// <exception cref="InvalidOperationException">A setting is out of its bounds.</exception>
    public FanBuilder AddProxy<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TProxy>(string proxy, string service, Action<ProxyOptions>? configure = null)
        where TProxy : class, IProxyService
    {
        Services.TryAddSingleton<TProxy>();
        return AddProxy(proxy, service, services => services.GetRequiredService<TProxy>(), configure);
    }

    /// <summary>As <see cref="AddProxy{TProxy}(string, string, Action{ProxyOptions}?)"/>, with a function that handles each call.</summary>
    public FanBuilder AddProxy(
        string proxy, string service, Func<ProxiedCall, CancellationToken, ValueTask> handle, Action<ProxyOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return AddProxy(proxy, service, _ => new FunctionProxy(handle), configure);
    }

    private FanBuilder AddProxy(string proxy, string service, Func<IServiceProvider, object> factory, Action<ProxyOptions>? configure)
    {
        foreach (var name in new[] { proxy, service })
        {
            if (ServiceName.Parse(name).ShardKeys.Count > 0)
            {
                throw new FormatException($"'{name}' can't have brackets: a proxy is one for all shard keys.");
            }
        }

        if (proxy == service) throw new ArgumentException($"A proxy has a name of its own beside '{service}'.", nameof(proxy));
        var options = new ProxyOptions();
        configure?.Invoke(options);
        options.Validate(proxy);
        Plan.Proxies.Add(new PlannedProxy(proxy, service, factory, options));
        return this;
    }
}
