using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Methods and their arguments as generated code names them. No parameter keeps the user's name, so none can clash with what stands around
/// it.
/// </summary>
internal static class Signatures
{
    /// <summary>The member with the interface before it, as an explicit implementation has it.</summary>
    public static string Explicit(MethodModel method) =>
        $"{method.ReturnType} {method.DeclaringType}.@{method.ClrName}({Parameters(method)})";

    /// <summary>The parameters without defaults: an implementation needs none.</summary>
    public static string Parameters(MethodModel method, bool withNames = false)
    {
        var parameters = method.Parameters.Select(
            (parameter, i) => $"{parameter.Type} {(withNames ? "@" + parameter.ClrName : "p" + i)}").ToList();
        if (method.CancellationIndex >= 0)
        {
            parameters.Insert(
                method.CancellationIndex,
                "global::System.Threading.CancellationToken " + (withNames ? Free("cancellationToken", method) : "token"));
        }
        return string.Join(", ", parameters);
    }

    /// <summary>A call of the method with the parameters of <see cref="Parameters"/>.</summary>
    public static string Forward(MethodModel method, string target) =>
        Call(method, target, method.Parameters.Select((_, i) => "p" + i), "token");

    /// <summary>A call of the method with the arguments as they came.</summary>
    public static string Invoke(MethodModel method, string target) =>
        Call(method, target, method.Parameters.Select((_, i) => "args.P" + i), "cancellationToken");

    public static string ArgumentsType(MethodModel method) =>
        method.Parameters.Count == 0 ? "global::Fan.Generated.Unit" : method.Identifier + "Args";

    /// <summary>What inherited members that end an object do: nothing, as the object is not its holder's.</summary>
    public static IEnumerable<string> Disposal(ServiceModel service)
    {
        if (service.IsDisposable) yield return "void global::System.IDisposable.Dispose() { }";
        if (service.IsAsyncDisposable)
        {
            yield return "global::System.Threading.Tasks.ValueTask global::System.IAsyncDisposable.DisposeAsync() => default;";
        }
    }

    private static string Call(MethodModel method, string target, IEnumerable<string> arguments, string token)
    {
        var list = arguments.ToList();
        if (method.CancellationIndex >= 0) list.Insert(method.CancellationIndex, token);
        return $"{target}.@{method.ClrName}({string.Join(", ", list)})";
    }

    private static string Free(string name, MethodModel method) =>
        method.Parameters.Any(parameter => parameter.ClrName == name) ? Free(name + "_", method) : name;
}
