using System.Collections.Concurrent;
using System.Reflection;
using Fan.Generated;

namespace Fan.Applications;

/// <summary>The generated contracts, found by the attributes that the generator wrote into their assemblies. Safe from any thread.</summary>
internal sealed class ContractCatalog
{
    private readonly ConcurrentDictionary<Type, ServiceContract> _contracts = new();

    /// <exception cref="InvalidOperationException">The generator saw no such service.</exception>
    public ServiceContract For(Type serviceType) => _contracts.GetOrAdd(serviceType, static type =>
        type.Assembly.GetCustomAttributes<GeneratedContractAttribute>().FirstOrDefault(attribute => attribute.ServiceType == type)?.Create()
        ?? throw new InvalidOperationException(
            $"{type} is no service: it needs [Service(\"name\")], and its project a reference to Fan.Contracts, whose generator writes its contract."));
}
