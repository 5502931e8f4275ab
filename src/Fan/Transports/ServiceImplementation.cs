using Microsoft.Extensions.DependencyInjection;

namespace Fan.Transports;

/// <summary>Where the object behind a hosted service comes from: one for all calls, or one per call from a scope of its own. Safe from any thread.</summary>
internal sealed class ServiceImplementation
{
    private readonly Func<IServiceProvider, object> _factory;
    private readonly IServiceProvider _services;
    private readonly Lazy<object>? _shared;

    public ServiceImplementation(Func<IServiceProvider, object> factory, ServiceLifetime lifetime, IServiceProvider services)
    {
        _factory = factory;
        _services = services;
        if (lifetime == ServiceLifetime.Singleton) _shared = new Lazy<object>(() => factory(services));
    }

    /// <summary>The one object for all calls; null where each call has its own.</summary>
    public object? Shared => _shared?.Value;

    /// <summary>The same object or objects, each within another one.</summary>
    public ServiceImplementation Around(Func<object, object> wrap) => _shared is { } shared
        ? new ServiceImplementation(_ => wrap(shared.Value), ServiceLifetime.Singleton, _services)
        : new ServiceImplementation(services => wrap(_factory(services)), ServiceLifetime.Scoped, _services);

    /// <summary>The object for one call, and the scope to dispose after it.</summary>
    public object Rent(out AsyncServiceScope? scope)
    {
        scope = null;
        if (_shared is not null) return _shared.Value;
        var own = _services.CreateAsyncScope();
        scope = own;
        return _factory(own.ServiceProvider);
    }
}
