using System.Reflection;
using Fan.Generated;

namespace Fan.Generators.Tests;

/// <summary>The contracts that the generator wrote for a service's type, found as an application finds them.</summary>
internal static class GeneratedContracts
{
    public static InterfaceContract<TService> Of<TService>()
        where TService : class => (InterfaceContract<TService>)OfType(typeof(TService));

    public static ServiceContract OfType(Type type) =>
        type.Assembly.GetCustomAttributes<GeneratedContractAttribute>().Single(attribute => attribute.ServiceType == type).Create();
}
