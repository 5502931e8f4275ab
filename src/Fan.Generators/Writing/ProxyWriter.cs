using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes the proxy: every method is a tail call on the target, which is what makes a local call free; a push goes to its queue.
/// </summary>
internal static class ProxyWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        code.Open(
            $"private sealed class Proxy({service.TypeName} target) : " +
            $"global::Fan.Generated.ServiceProxy<{service.TypeName}>(target), {service.TypeName}");
        foreach (var method in service.Methods)
        {
            var target = method.IsPush ? "Pushes" : "Target";
            // A base interface's method is asked for by its own name, as another one may have one of the same.
            if (method.DeclaringType != service.TypeName) target = $"(({method.DeclaringType}){target})";
            code.Line($"{Signatures.Explicit(method)} => {Signatures.Forward(method, target)};");
        }

        foreach (var member in Signatures.Disposal(service)) code.Line(member);
        code.Close().Line();
    }
}
