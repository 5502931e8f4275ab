using Fan.Generated;
using Fan.Shapes;

namespace Fan.Discovery;

/// <summary>What is published of a contract, and the way back.</summary>
internal static class PublishedContract
{
    /// <summary>
    /// The most that the types of one endpoint take in its node, in bytes: callers of micro-fan read the node for each call.
    /// </summary>
    public const int MaxTypesBytes = 16 * 1024;

    // What is read from a node is bounded in its bytes; this bounds what is made of them.
    public const int MaxTypes = 2048;

    /// <summary>The types to publish: all of them or, where they are too many, none, so that nobody takes a part for the whole.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> TypesOf(ServiceContract contract, out int bytes)
    {
        bytes = contract.Types.Sum(type => type.Key.Length + type.Value.Sum(line => line.Length + 3) + 6);
        return bytes <= MaxTypesBytes ? contract.Types : ServiceContract.NoTypes;
    }

    public static MethodShape Of(MethodDescription method) => new(
        method.Name,
        KindOf(method.Kind),
        method.Parameters.Any(parameter => parameter.Shape is null) ? null : [.. method.Parameters.Select(parameter => parameter.Shape!)],
        method.ResultShape,
        method.Idempotent, null);

    public static MethodShape Of(EndpointMethod method) =>
        new(method.Name, KindOf(method.Kind), method.Parameters, method.Result, method.Idempotent, null);

    private static string KindOf(MethodKind kind) => kind switch { MethodKind.Push => "push", MethodKind.Stream => "stream", _ => "rpc" };
}
