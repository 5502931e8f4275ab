using System.Text.Json.Serialization.Metadata;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Versions;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>What the builder was told.</summary>
internal sealed class ApplicationPlan
{
    public string? StoreUrl { get; set; }

    public Func<IServiceProvider, ICoordinationStore>? StoreFactory { get; set; }

    public List<HostedService> Hosted { get; } = [];

    public HashSet<Type> Persistent { get; } = [];

    public Dictionary<Type, Sharding.ShardPlan> Sharded { get; } = [];

    public List<Security.PlannedPolicy> Policies { get; } = [];

    public HashSet<Type> Strict { get; } = [];

    public List<PlannedProxy> Proxies { get; } = [];

    public List<AnnouncedEndpoint> Announced { get; } = [];

    public List<PlannedDependency> Dependencies { get; } = [];

    public Dictionary<Type, Action<SubscriptionOptions>> QueueOptions { get; } = [];

    public List<PlannedSubscription> Subscriptions { get; } = [];

    /// <summary>Classes that only subscribe.</summary>
    public List<HostedService> Subscribers { get; } = [];

    public List<IJsonTypeInfoResolver> JsonResolvers { get; } = [];
}

internal sealed record HostedService(Type ServiceType, Func<IServiceProvider, object> Factory, ServiceLifetime Lifetime);

internal sealed record PlannedProxy(string Name, string Service, Func<IServiceProvider, object> Factory, Proxies.ProxyOptions Options);

internal sealed record AnnouncedEndpoint(string Service, string Version, EndpointDescription Description);

internal sealed record PlannedDependency(Type ServiceType, VersionRange? Range, bool IsHard);
