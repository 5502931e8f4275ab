using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Messaging;

/// <summary>The JSON metadata that the generator wrote with contracts. Safe from any thread.</summary>
/// <param name="contracts">
/// The contracts that may have a type. Whoever asked in vain is never asked again, so all that may ever have it must be there at the first
/// question.
/// </param>
internal sealed class ContractJson(Func<Type, IEnumerable<ServiceContract>> contracts) : IJsonTypeInfoResolver
{
    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options)
    {
        foreach (var contract in contracts(type))
        {
            if (contract.JsonTypes?.GetTypeInfo(type, options) is not { } info) continue;
            info.OriginatingResolver = this;
            return info;
        }

        return null;
    }
}
