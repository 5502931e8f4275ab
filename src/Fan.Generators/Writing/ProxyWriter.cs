using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>Writes the proxy: every method is a tail call on the target, which is what makes a local call free; a push goes to its queue.</summary>
internal static class ProxyWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        code.Open($"private sealed class Proxy({service.TypeName} target) : global::Fan.Generated.ServiceProxy<{service.TypeName}>(target), {service.TypeName}");
        foreach (var method in service.Methods)
        {
            var token = "@" + method.CancellationParameter;
            code.Line($"{method.ReturnType} {method.DeclaringType}.{method.ClrName}({ContractWriter.Signature(method)}) => {(method.IsPush ? "Pushes" : "Target")}.{method.ClrName}({ContractWriter.Forward(method, null, token)});");
        }

        code.Close().Line();
    }
}
