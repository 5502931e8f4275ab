using System.ComponentModel;

namespace Fan.Generated;

/// <summary>Written by the generator: names the contract that was generated for a service type of this assembly.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public abstract class GeneratedContractAttribute : Attribute
{
    /// <summary>The service interface or class.</summary>
    public abstract Type ServiceType { get; }

    /// <summary>Creates the contract.</summary>
    public abstract ServiceContract Create();
}

/// <summary>Written by the generator: <typeparamref name="TContract"/> is the contract of <typeparamref name="TService"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class GeneratedContractAttribute<TService, TContract> : GeneratedContractAttribute
    where TService : class
    where TContract : ServiceContract, new()
{
    /// <inheritdoc/>
    public override Type ServiceType => typeof(TService);

    /// <inheritdoc/>
    public override ServiceContract Create() => new TContract();
}
