using System.Collections.Frozen;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Security;

namespace Fan.Serving;

/// <summary>A service that this application hosts. Immutable; safe from any thread.</summary>
public sealed class ServedService
{
    internal ServedService(ServiceContract contract, ServiceImplementation implementation, bool isPersistent, PolicyTable? policies = null)
    {
        IsPersistent = isPersistent;
        Contract = contract;
        Name = ServiceName.Parse(contract.Name);
        Implementation = implementation;
        Methods = contract.Methods.ToFrozenDictionary(
            method => method.Name,
            method => new ServedMethod(this, method, policies?.For(Name.Canonical, method.Name)),
            StringComparer.Ordinal);
    }

    /// <summary>Its name.</summary>
    public ServiceName Name { get; }

    /// <summary>Its version.</summary>
    public string Version => Contract.Version;

    /// <summary>Its contract.</summary>
    public ServiceContract Contract { get; }

    /// <summary>Its methods by wire name.</summary>
    public FrozenDictionary<string, ServedMethod> Methods { get; }

    /// <summary>Whether its endpoints stay registered while the process is down.</summary>
    public bool IsPersistent { get; }

    /// <summary>
    /// Its methods for an endpoint that callers may send the compact form: one whose transport hands on the content type of a request.
    /// </summary>
    public IReadOnlyList<EndpointMethod> DescribeMethods() =>
        [.. Contract.Methods.Select(method => EndpointMethod.From(method.Description) with
        {
            ContentType = Compact?.Carries(method) == true ? MediaTypes.Compact : null
        })];

    internal ServiceImplementation Implementation { get; }

    /// <summary>What says which of its methods go in the compact form; null where nobody can call it.</summary>
    internal CompactCodec? Compact { get; init; }

    /// <summary>The shards of it that are owned here; null where it has none.</summary>
    internal Sharding.ShardOwner? Shards { get; init; }

    /// <summary>What must be held while it serves; null where it is not strict.</summary>
    internal Commits.StrictLease? Strict { get; init; }

    /// <summary>
    /// Whether it goes by a name without the places of shard keys, whatever they are: a proxy, and a subscriber without a contract.
    /// </summary>
    internal bool HidesPlaces { get => field || Proxy is not null; init; }

    /// <summary>What takes whatever method is called; null where the contract has its methods.</summary>
    internal IPassingService? Proxy { get; init; }

    /// <summary>Whether some method of it is for anyone.</summary>
    internal bool IsOpen => Proxy?.IsOpen(Name.Canonical) ?? Methods.Values.Any(method => method.Policy is null);
}

/// <summary>A method of a hosted service. Immutable; safe from any thread.</summary>
public sealed class ServedMethod
{
    internal ServedMethod(ServedService service, ServiceMethod method, MethodPolicy? policy)
    {
        Policy = policy;
        Service = service;
        Method = method;
    }

    /// <summary>The service.</summary>
    public ServedService Service { get; }

    /// <summary>The generated method.</summary>
    public ServiceMethod Method { get; }

    /// <summary>Who may call it; null for anyone.</summary>
    internal MethodPolicy? Policy { get; }
}
