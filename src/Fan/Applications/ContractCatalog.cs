using System.Collections.Concurrent;
using System.Reflection;
using Fan.Generated;

namespace Fan.Applications;

/// <summary>
/// The generated contracts, found by the attributes that the generator wrote into their assemblies. Safe from any thread.
/// </summary>
internal sealed class ContractCatalog
{
    private readonly ConcurrentDictionary<Type, ServiceContract> _contracts = new();

    /// <exception cref="InvalidOperationException">The generator saw no such service.</exception>
    public ServiceContract For(Type serviceType) => _contracts.GetOrAdd(serviceType, static type =>
        type.Assembly.GetCustomAttributes<GeneratedContractAttribute>().FirstOrDefault(attribute => attribute.ServiceType == type)?.Create()
        ?? throw new InvalidOperationException(
            $"{type} is no service: it needs [Service(\"name\")], and its project a reference to Fan.Contracts, " +
            "whose generator writes its contract."));

    /// <summary>
    /// The contracts known so far and those that stand where the type does: whoever asks for a type by name may come before its contract.
    /// </summary>
    public IEnumerable<ServiceContract> Around(Type type) => _contracts.Values.Concat(AssembliesOf(type).SelectMany(AllOf));

    private IEnumerable<ServiceContract> AllOf(Assembly assembly) =>
        assembly.GetCustomAttributes<GeneratedContractAttribute>().Select(attribute => For(attribute.ServiceType));

    private static IEnumerable<Assembly> AssembliesOf(Type type)
    {
        if (type.GetElementType() is { } element) return AssembliesOf(element);
        return type.GetGenericArguments().SelectMany(AssembliesOf).Prepend(type.Assembly).Distinct();
    }
}
