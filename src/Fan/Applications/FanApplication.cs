using System.Text.Json;
using Fan.Calls;
using Fan.Commits;
using Fan.Context;
using Fan.Coordination;
using Fan.Diagnostics;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Proxies;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Routing;
using Fan.Security;
using Fan.Serving;
using Fan.Sharding;
using Fan.Transports;
using Fan.Tree;
using Fan.Versions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>The parts of one application, put together. Safe from any thread.</summary>
internal sealed class FanApplication : IAsyncDisposable
{
    private readonly List<PlannedDependency> _dependencies;
    private readonly List<ProxyMirror> _mirrors = [];
    private readonly JsonSerializerOptions _json;
    private readonly List<Type> _subscribed;

    public FanApplication(
        ApplicationPlan plan,
        IOptions<FanOptions> options,
        IOptions<RoutingOptions> routing,
        IServiceProvider services,
        StoreConnection store,
        EndpointDirectory directory,
        QueueDirectory queueDirectory, FanTelemetry telemetry, QueueTelemetry queueTelemetry, IEnumerable<IClientTransport> transports,
        IEnumerable<IQueueTransport> queueTransports,
        LocalQueueTransport localQueues,
        TimeProvider clock,
        ILogger<CallServer> logger,
        ILogger<TreeFollower> treeLogger)
    {
        Options = options.Value;
        Directory = directory;
        Telemetry = telemetry;
        Clock = clock;
        _dependencies = plan.Dependencies;
        Gate = new TelemetryGate(telemetry, clock);
        var cancellation = new CancellationPool(clock);
        _json = JsonDefaults.Create(plan.JsonResolvers, Options.Limits, new ContractJson(Contracts.Around));
        var json = new JsonCodec(_json, Options.Limits);
        var codecs = new PayloadCodecs(json, new CompactCodec(Options.Limits, new CompactFitness(_json, logger), json));
        Tree = new TreeFollower(store, new SnapshotHistory(clock), Describe, Options.DiscoveryTimeout, clock, treeLogger);
        Trees = new CallTrees(Tree);
        Table = new RouteTable(routing.Value);
        var configuration = services.GetService<IConfiguration>();
        var strict = new StrictServices(plan, configuration?.GetSection("Fan:Strict"), new StrictLease(Name, store, Tree));
        var policies = new PolicyTable(
            plan.Policies,
            plan.Hosted.Select(service => service.ServiceType).Distinct().ToDictionary(type => type, Contracts.For),
            [.. plan.Proxies.Select(proxy => proxy.Name)],
            configuration?.GetSection("Fan:Policies"));
        var hosted = plan.Hosted.Select(service => Serve(service, plan, policies, strict, codecs, services, store, treeLogger)).ToList();
        hosted.AddRange(plan.Proxies.Select(proxy => Serve(proxy, policies, strict, codecs, services, logger)));
        strict.RequireKnown(Name, hosted);
        if (hosted.GroupBy(service => service.Name.Canonical, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new InvalidOperationException($"Service '{twice.Key}' is added twice; an application hosts one version of a service.");
        Access = new CallerAccess(services.GetServices<ICallerAuthenticator>(), services, logger);
        var tokens = services.GetServices<ICallerTokens>().LastOrDefault();
        Queues = new QueueChoice(
            queueTransports,
            localQueues,
            Table,
            queueDirectory,
            hosted.Select(service => service.Name.Canonical).ToHashSet(StringComparer.Ordinal));
        var outgoing = new OutgoingHeaders(telemetry, logger);
        Pushes = new PushPipeline(
            Name,
            Options.Limits,
            Options.DefaultTimeout,
            Queues,
            codecs,
            cancellation,
            queueTelemetry,
            outgoing,
            services.GetServices<IPushOutbox>(),
            tokens,
            clock);
        Server = new CallServer(
            Name, Options.Limits, hosted, codecs, Trees, cancellation, telemetry, Gate, Pushes, queueTelemetry, Access, clock, logger);
        Pipeline = new CallPipeline(
            Name, Options.Limits, Options.DefaultTimeout, transports, codecs, Trees, cancellation, telemetry, outgoing, tokens);
        Locals = new LocalCalls(Name, telemetry);
        var subscribers = plan.Subscribers.Select(subscriber => Contracts.For(subscriber.ServiceType))
            .Concat(hosted.Select(service => service.Contract));
        _subscribed =
        [
            .. plan.Subscriptions.Select(planned => planned.ServiceType).OfType<Type>(),
            .. subscribers.SelectMany(contract => contract.Subscriptions).Select(declared => declared.ServiceType)
        ];
        Copies = new LocalCopies(codecs, Options.Limits, logger);
        Dependencies = [.. _dependencies.Select(dependency => new Dependency(
            NameOf(dependency.ServiceType),
            RangeFor(dependency.ServiceType),
            dependency.IsHard,
            Contracts.For(dependency.ServiceType).Version,
            directory))];
        Needs = new DependencyWatch(Dependencies, hosted, Tree.RecordChanged);
    }

    public FanOptions Options { get; }

    public string Name => Options.Name!;

    public ContractCatalog Contracts { get; } = new();

    public EndpointDirectory Directory { get; }

    public FanTelemetry Telemetry { get; }

    public TelemetryGate Gate { get; }

    public TimeProvider Clock { get; }

    public CallServer Server { get; }

    /// <summary>Who is let in.</summary>
    public CallerAccess Access { get; }

    public CallPipeline Pipeline { get; }

    /// <summary>What is said of routes.</summary>
    public RouteTable Table { get; }

    public QueueChoice Queues { get; }

    public PushPipeline Pushes { get; }

    public LocalCalls Locals { get; }

    /// <summary>What copies calls within the process, where the options say so.</summary>
    public LocalCopies Copies { get; }

    /// <summary>Follows the tree of the running system.</summary>
    public TreeFollower Tree { get; }

    public CallTrees Trees { get; }

    /// <summary>The name under which it owns shards.</summary>
    public string Worker => Options.Worker ?? $"{Name}-{Instance[..12]}";

    /// <summary>Names this application among others of its name, in its endpoints and its record.</summary>
    public string Instance { get; } = Guid.NewGuid().ToString("N");

    public IReadOnlyList<Dependency> Dependencies { get; }

    /// <summary>Keeps what the record says of them up to date.</summary>
    public DependencyWatch Needs { get; }

    /// <summary>The implementation that this application hosts, if its version is one that the application accepts.</summary>
    public LocalService? FindLocal(ServiceContract contract)
    {
        var name = ServiceName.Parse(contract.Name).Canonical;
        var hosted = Server.Services.FirstOrDefault(service => service.Contract.ServiceType == contract.ServiceType)
            ?? Server.Services.FirstOrDefault(
                service => service.Name.Canonical == name && contract.ServiceType.IsInstanceOfType(service.Implementation.Shared));
        if (hosted is null) return null;
        return ServiceVersion.TryParse(hosted.Version, out var version) && RangeFor(contract.ServiceType).Contains(version)
            ? new LocalService(hosted.Implementation, version, hosted.Shards, hosted.Strict)
            : null;
    }

    /// <summary>Checks what is hosted, depended on and subscribed to, all at once.</summary>
    /// <exception cref="InvalidOperationException">JSON does not know all types of it.</exception>
    public void RequireJson() => RequireJson(
    [
        .. Server.Services.SelectMany(service => service.Contract.Methods),
        .. _dependencies.SelectMany(dependency => Contracts.For(dependency.ServiceType).Methods),
        .. _subscribed.SelectMany(service => PushesOf(Contracts.For(service))),
    ]);

    /// <summary>Checks what comes to be called while the application runs.</summary>
    /// <exception cref="InvalidOperationException">JSON does not know all types of it; with reflection it does.</exception>
    public void RequireJson(IEnumerable<ServiceMethod> methods)
    {
        if (!JsonSerializer.IsReflectionEnabledByDefault) JsonCoverage.Require(_json, methods);
    }

    public static IEnumerable<ServiceMethod> PushesOf(ServiceContract contract) =>
        contract.Methods.Where(method => method.Description.Kind == MethodKind.Push);

    public ServiceRoutes RoutesFor(ServiceContract contract)
    {
        var name = ServiceName.Parse(contract.Name).Canonical;
        var waits = _dependencies.Any(dependency => dependency.IsHard && dependency.ServiceType == contract.ServiceType);
        return new ServiceRoutes(Directory.Follow, name, RangeFor(contract.ServiceType), waits, Pipeline.Transports, Table);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Server.Services)
        {
            if (service.Shards is { } shards) await shards.DisposeAsync().ConfigureAwait(false);
        }

        await Needs.DisposeAsync().ConfigureAwait(false);
        foreach (var mirror in _mirrors) await mirror.DisposeAsync().ConfigureAwait(false);
        await Tree.DisposeAsync().ConfigureAwait(false);
        Gate.Dispose();
    }

    private ApplicationRecord Describe() => new()
    {
        Application = Name,
        Instance = Instance,
        Hosts = [.. Server.Services.Select(service => new HostedVersion(service.Name.Canonical, service.Version))],
        Needs = [.. Dependencies.Select(
            need => new DeclaredNeed(need.Service, need.Range.Text, need.IsHard, need.IsMet(Server.Services), need.Contract))],
    };

    private ServedService Serve(
        HostedService service,
        ApplicationPlan plan,
        PolicyTable policies,
        StrictServices strict,
        PayloadCodecs codecs,
        IServiceProvider services,
        StoreConnection store,
        ILogger logger)
    {
        var contract = Contracts.For(service.ServiceType);
        var name = ServiceName.Parse(contract.Name).Canonical;
        return new ServedService(
            contract,
            new ServiceImplementation(service.Factory, service.Lifetime, services),
            plan.Persistent.Contains(service.ServiceType),
            policies)
        {
            Compact = codecs.Compact,
            Strict = strict.For(service.ServiceType, name),
            Shards = plan.Sharded.TryGetValue(service.ServiceType, out var shards)
                ? new ShardOwner(
                    name,
                    new WorkerName(name, Worker, Name, Instance, Clock, logger),
                    shards,
                    store,
                    Directory,
                    Trees.History,
                    Options.DrainTimeout,
                    Clock,
                    logger)
                : null,
        };
    }

    private ServedService Serve(
        PlannedProxy planned, PolicyTable policies, StrictServices strict, PayloadCodecs codecs, IServiceProvider services, ILogger logger)
    {
        var mirror = new ProxyMirror(planned.Options.MaxMirrored, Telemetry, logger);
        _mirrors.Add(mirror);
        var forwarding = new ProxyForwarding(planned.Name, planned.Service, Directory, Table, () => Pipeline, mirror, Clock);
        string[] methodsOf = [planned.Service, .. planned.Options.MethodsOf.Select(service => ServiceName.Parse(service).Canonical)];
        return new ServedService(
            new ProxyContract(planned.Name, planned.Options.Version, []),
            new ServiceImplementation(planned.Factory, ServiceLifetime.Singleton, services),
            isPersistent: false)
        {
            Strict = strict.For(typeof(IProxyService), planned.Name),
            Proxy = new HostedProxy(methodsOf, planned.Options.MaxPassed, Directory, forwarding, codecs, policies),
        };
    }

    private VersionRange RangeFor(Type serviceType) =>
        _dependencies.LastOrDefault(dependency => dependency.ServiceType == serviceType)?.Range
        ?? VersionRange.Parse("^" + Contracts.For(serviceType).Version);

    private string NameOf(Type serviceType) => ServiceName.Parse(Contracts.For(serviceType).Name).Canonical;
}
