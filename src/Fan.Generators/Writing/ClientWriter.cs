using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>Writes the client: every method goes through the channel.</summary>
internal static class ClientWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        code.Open($"private sealed class Client(global::Fan.Generated.CallChannel channel) : {service.TypeName}");
        foreach (var method in service.Methods)
        {
            var args = method.Parameters.Count == 0 ? "default" : $"new {ContractWriter.ArgumentsType(method)}({string.Join(", ", method.Parameters.Select(p => p.Escaped))})";
            var token = method.CancellationParameter is { } name ? "@" + name : "default";
            var verb = method.Form switch { ResultForm.Stream => "StreamAsync", ResultForm.Void or ResultForm.Value => "Call", _ => "CallAsync" };
            var call = $"channel.{verb}({method.Identifier}.Instance, {args}, {token})";
            call = method.Form switch
            {
                ResultForm.Task or ResultForm.TaskOf => call + ".AsTask()",
                ResultForm.ValueTask => $"global::Fan.Generated.CallResults.WithoutResult({call})",
                _ => call,
            };
            code.Line($"{method.ReturnType} {method.DeclaringType}.{method.ClrName}({ContractWriter.Signature(method)}) => {call};");
        }

        code.Close().Line();
    }
}
