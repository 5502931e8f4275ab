using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Fan.Applications;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Generated;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fan;

/// <summary>Says what an application hosts, calls and uses. Not safe for concurrent use.</summary>
public sealed partial class FanBuilder
{
    internal FanBuilder(IServiceCollection services, ApplicationPlan plan)
    {
        Services = services;
        Plan = plan;
    }

    /// <summary>Where everything is registered.</summary>
    public IServiceCollection Services { get; }

    internal ApplicationPlan Plan { get; }

    /// <summary>
    /// Uses the store of that URL, e.g. <c>sqlite:/var/lib/app/fan.db</c> or <c>memory:tests</c>. Default: configuration <c>Fan:Store</c>,
    /// environment <c>FAN_STORE</c>, then the embedded store.
    /// </summary>
    public FanBuilder UseStore(string url)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(url);
        Plan.StoreUrl = url;
        Plan.StoreFactory = null;
        return this;
    }

    /// <summary>Uses a store of one's own; the application opens and disposes it.</summary>
    public FanBuilder UseStore(Func<IServiceProvider, ICoordinationStore> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Plan.StoreFactory = factory;
        return this;
    }

    /// <summary>
    /// Hosts a service: its contract is the interface, and one object from the container serves all calls, many of them at once: it is a
    /// singleton, registered as such unless the container has the class already, so it must be safe from any thread and can't take scoped
    /// objects (a <c>DbContext</c>) by its constructor. Calls within the process are direct.
    /// </summary>
    /// <remarks>For an object of its own for each call there is <see cref="AddScopedService{TService, TImplementation}()"/>.</remarks>
    public FanBuilder AddService<TService, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>()
        where TService : class
        where TImplementation : class, TService
    {
        Services.TryAddSingleton<TImplementation>();
        return Host<TService>(services => services.GetRequiredService<TImplementation>(), ServiceLifetime.Singleton);
    }

    /// <summary>
    /// As <see cref="AddService{TService, TImplementation}()"/>, with an object and a container scope of its own for each call.
    /// </summary>
    public FanBuilder AddScopedService<TService, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation>()
        where TService : class
        where TImplementation : class, TService
    {
        Services.TryAddScoped<TImplementation>();
        return Host<TService>(services => services.GetRequiredService<TImplementation>(), ServiceLifetime.Scoped);
    }

    /// <summary>
    /// Hosts a class-first service: the class is contract and implementation, and one object, a singleton, serves all calls, many of them
    /// at once.
    /// </summary>
    /// <remarks>For an object of its own for each call there is <see cref="AddScopedService{TService}()"/>.</remarks>
    public FanBuilder AddService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>()
        where TService : class
    {
        Services.TryAddSingleton<TService>();
        return Host<TService>(services => services.GetRequiredService<TService>(), ServiceLifetime.Singleton);
    }

    /// <summary>Hosts a class-first service, with an object and a container scope of its own for each call.</summary>
    public FanBuilder AddScopedService<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TService>()
        where TService : class
    {
        Services.TryAddScoped<TService>();
        return Host<TService>(services => services.GetRequiredService<TService>(), ServiceLifetime.Scoped);
    }

    /// <summary>Hosts a service whose one object the function makes: a singleton, which serves all calls, many of them at once.</summary>
    public FanBuilder AddService<TService>(Func<IServiceProvider, TService> factory)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(factory);
        return Host<TService>(factory, ServiceLifetime.Singleton);
    }

    /// <summary>
    /// Makes the endpoints of a hosted service persistent: they stay registered while the process is down, as a load-balanced address does.
    /// </summary>
    public FanBuilder Persistent<TService>()
        where TService : class
    {
        Plan.Persistent.Add(typeof(TService));
        return this;
    }

    /// <summary>
    /// Divides a hosted service into shards by the hash of its shard keys: one worker at a time owns each shard, and serves all calls for
    /// it. See docs/sharding.md.
    /// </summary>
    /// <param name="count">How many; the same in every application that hosts the service. From 1 to 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not so.</exception>
    public FanBuilder Shard<TService>(int count = 64)
        where TService : class
    {
        Plan.Sharded[typeof(TService)] = Sharding.ShardPlan.Hash(count);
        return this;
    }

    /// <summary>
    /// Divides a hosted service into shards by bounds of its first shard key: below the first bound, from it to below the second, and so
    /// on. Numbers are compared as numbers.
    /// </summary>
    /// <exception cref="FormatException">The bounds do not ascend.</exception>
    public FanBuilder ShardByRange<TService>(params string[] bounds)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(bounds);
        Plan.Sharded[typeof(TService)] = Sharding.ShardPlan.Range(bounds);
        return this;
    }

    /// <summary>
    /// Divides a hosted service into shards by a list in the tree: commits say in which shard a key is (<c>fan shard assign</c>), and the
    /// hash of its keys where none does.
    /// </summary>
    /// <param name="count">How many; the same in every application that hosts the service. From 1 to 4096.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not so.</exception>
    public FanBuilder ShardByDirectory<TService>(int count = 64)
        where TService : class
    {
        Plan.Sharded[typeof(TService)] = Sharding.ShardPlan.Directory(count);
        return this;
    }

    /// <summary>
    /// Lets one instance of a hosted service in the whole system serve all its calls; when it ends, another one takes over.
    /// </summary>
    public FanBuilder Unique<TService>()
        where TService : class
    {
        Plan.Sharded[typeof(TService)] = Sharding.ShardPlan.Unique;
        return this;
    }

    /// <summary>
    /// Makes a hosted service strict: it takes no call, of whatever origin, while the application can't know that its session with the
    /// store is held and that it has read the tree in it. Callers go on to another endpoint. Configuration <c>Fan:Strict</c> names services
    /// too. See docs/strict.md.
    /// </summary>
    public FanBuilder Strict<TService>()
        where TService : class
    {
        Plan.Strict.Add(typeof(TService));
        return this;
    }

    /// <summary>
    /// Registers an endpoint of a service that can't register itself, e.g. one that is not Fan's. It stays while this application lives.
    /// </summary>
    /// <exception cref="FormatException">The name is no service name without brackets, or the version is none.</exception>
    public FanBuilder Announce(string service, string version, EndpointDescription endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (ServiceName.Parse(service).ShardKeys.Count > 0)
        {
            throw new FormatException($"'{service}' can't have brackets: an endpoint is one for all shard keys.");
        }

        if (!Versions.ServiceVersion.TryParse(version, out _)) throw new FormatException($"'{version}' is no version; write 1.2.0.");
        Plan.Announced.Add(new AnnouncedEndpoint(service, version, endpoint));
        return this;
    }

    /// <summary>
    /// Declares that the application can't work without a service: it is not ready until the service is there, and calls wait for it.
    /// </summary>
    /// <param name="range">The versions it accepts, npm-style; null takes those compatible with the contract's own.</param>
    /// <exception cref="FormatException">It is no version range.</exception>
    public FanBuilder DependsOn<TService>(string? range = null)
        where TService : class => Depend<TService>(range, isHard: true);

    /// <summary>Declares that the application works with a service, and in a lesser way without it.</summary>
    /// <param name="range">As for <see cref="DependsOn{TService}(string?)"/>.</param>
    /// <exception cref="FormatException">It is no version range.</exception>
    public FanBuilder Uses<TService>(string? range = null)
        where TService : class => Depend<TService>(range, isHard: false);

    /// <summary>Says which transports the application takes to a service; configuration <c>Fan:Routes</c> has the last word.</summary>
    /// <param name="target">
    /// A service without brackets, <c>service/method</c>, or <c>*</c> for everything that nothing else is said of.
    /// </param>
    /// <param name="calls">The transports that calls may take, the best first: <c>"tcp, http"</c>. Null says nothing.</param>
    /// <param name="pushes">
    /// The queue transport that pushes take; <c>local</c> is the memory of the process that hosts the service. Null says nothing.
    /// </param>
    public FanBuilder Route(string target, string? calls = null, string? pushes = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(target);
        Services.Configure<Routing.RoutingOptions>(options => options.Set(target, calls, pushes, $"Route(\"{target}\")"));
        return this;
    }

    /// <summary>
    /// Adds source-generated JSON metadata for the types of arguments and results; without it, reflection is used where the platform allows
    /// it.
    /// </summary>
    public FanBuilder AddJson(IJsonTypeInfoResolver resolver)
    {
        ArgumentNullException.ThrowIfNull(resolver);
        Plan.JsonResolvers.Add(resolver);
        return this;
    }

    /// <summary>Changes the settings.</summary>
    public FanBuilder Configure(Action<FanOptions> configure)
    {
        Services.Configure(configure);
        return this;
    }

    private FanBuilder Host<TService>(Func<IServiceProvider, object> factory, ServiceLifetime lifetime)
        where TService : class
    {
        Plan.Hosted.Add(new HostedService(typeof(TService), factory, lifetime));
        Expose<TService>();
        return this;
    }

    private FanBuilder Depend<TService>(string? range, bool isHard)
        where TService : class
    {
        Plan.Dependencies.Add(new PlannedDependency(typeof(TService), range is null ? null : Versions.VersionRange.Parse(range), isHard));
        Expose<TService>();
        return this;
    }

    // A contract without shard keys can be injected as itself.
    private void Expose<TService>()
        where TService : class
    {
        if (typeof(TService).IsInterface) Services.TryAddSingleton(static services => services.GetRequiredService<IFan>().Get<TService>());
    }
}
