using System.Text.Json.Serialization.Metadata;

namespace Fan.Generated;

/// <summary>A service as the generator saw it: its name, version and methods. Immutable; safe from any thread.</summary>
public abstract class ServiceContract
{
    internal static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoTypes = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Creates the contract.</summary>
    protected ServiceContract(string name, string version, IReadOnlyList<ServiceMethod> methods)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(methods);
        Name = name;
        Version = version;
        Methods = methods;
        var canonical = WithoutKeys(name);
        foreach (var method in methods) method.BelongTo(this, canonical);
    }

    /// <summary>The dotted name with shard keys in brackets.</summary>
    public string Name { get; }

    /// <summary>The SemVer version.</summary>
    public string Version { get; }

    /// <summary>The callable methods.</summary>
    public IReadOnlyList<ServiceMethod> Methods { get; }

    /// <summary>What the types of its methods contain, by their names in the normal form of contracts: members, values of enums.</summary>
    public virtual IReadOnlyDictionary<string, IReadOnlyList<string>> Types => NoTypes;

    /// <summary>The pushes of other services that a class-first service handles.</summary>
    public virtual IReadOnlyList<ServiceSubscription> Subscriptions => [];

    /// <summary>
    /// JSON metadata of the types of its methods, new at each question, for builds without reflection; null where the generator wrote none.
    /// </summary>
    public virtual IJsonTypeInfoResolver? JsonTypes => null;

    /// <summary>The interface or class that declares the service.</summary>
    public abstract Type ServiceType { get; }

    private static string WithoutKeys(string name)
    {
        for (var open = name.IndexOf('['); open >= 0; open = name.IndexOf('['))
        {
            var close = name.IndexOf(']', open);
            if (close < 0) throw new FormatException($"Service name '{name}' has a bracket that is not closed.");
            name = name.Remove(open, close - open + 1);
        }

        return name;
    }
}

/// <summary>The contract of a class-first service, or the base of an interface's.</summary>
public abstract class ServiceContract<TService> : ServiceContract
    where TService : class
{
    /// <summary>Creates the contract.</summary>
    protected ServiceContract(string name, string version, IReadOnlyList<ServiceMethod> methods)
        : base(name, version, methods)
    {
    }

    /// <inheritdoc/>
    public sealed override Type ServiceType => typeof(TService);
}

/// <summary>The contract of an interface: it can be called through generated types.</summary>
public abstract class InterfaceContract<TService> : ServiceContract<TService>
    where TService : class
{
    /// <summary>Creates the contract.</summary>
    protected InterfaceContract(string name, string version, IReadOnlyList<ServiceMethod> methods)
        : base(name, version, methods)
    {
    }

    /// <summary>Creates a client whose every call goes through <paramref name="channel"/>.</summary>
    public abstract TService CreateClient(CallChannel channel);

    /// <summary>
    /// Creates the proxy that callers hold: it forwards to whatever its target is at the moment. It implements
    /// <typeparamref name="TService"/>.
    /// </summary>
    public abstract ServiceProxy<TService> CreateProxy(TService target);
}
