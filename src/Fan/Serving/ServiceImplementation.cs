using Microsoft.Extensions.DependencyInjection;

namespace Fan.Serving;

/// <summary>
/// Where the object behind a hosted service comes from: one for all calls, or one per call from a scope of its own. Safe from any thread.
/// </summary>
internal sealed class ServiceImplementation
{
    private readonly Func<IServiceProvider, object> _factory;
    private readonly IServiceProvider _services;
    private readonly Lock? _making;
    private volatile object? _shared;

    public ServiceImplementation(Func<IServiceProvider, object> factory, ServiceLifetime lifetime, IServiceProvider services)
    {
        _factory = factory;
        _services = services;
        if (lifetime == ServiceLifetime.Singleton) _making = new Lock();
    }

    /// <summary>
    /// The one object for all calls; null where each call has its own. It is made once; what its constructor throws is thrown, and it is
    /// tried again the next time.
    /// </summary>
    public object? Shared => _making is null ? null : _shared ?? Make(_making);

    /// <summary>The same object or objects, each within another one.</summary>
    public ServiceImplementation Around(Func<object, object> wrap) => _making is not null
        ? new ServiceImplementation(_ => wrap(Shared!), ServiceLifetime.Singleton, _services)
        : new ServiceImplementation(services => wrap(_factory(services)), ServiceLifetime.Scoped, _services);

    /// <summary>The object for one call, and the scope to dispose after it.</summary>
    public object Rent(out AsyncServiceScope? scope)
    {
        scope = null;
        if (_making is not null) return Shared!;
        var own = _services.CreateAsyncScope();
        scope = own;
        return _factory(own.ServiceProvider);
    }

    private object Make(Lock making)
    {
        if (making.IsHeldByCurrentThread)
        {
            throw new InvalidOperationException(
                "The constructor of a service calls the service itself, which is not there before it returns.");
        }

        lock (making) return _shared ??= _factory(_services);
    }
}
