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
            var args = method.Parameters.Count == 0
                ? "default"
                : $"new {Signatures.ArgumentsType(method)}({string.Join(", ", method.Parameters.Select((_, i) => "p" + i))})";
            var token = method.CancellationIndex >= 0 ? "token" : "default";
            var verb = method.Form switch
            {
                ResultForm.Stream => "StreamAsync",
                ResultForm.Void or ResultForm.Value => "Call",
                _ => "CallAsync"
            };
            var call = $"channel.{verb}({method.Identifier}.Instance, {args}, {token})";
            call = method.Form switch
            {
                ResultForm.Task or ResultForm.TaskOf => call + ".AsTask()",
                ResultForm.ValueTask => $"global::Fan.Generated.CallResults.WithoutResult({call})",
                _ => call,
            };
            code.Line($"{Signatures.Explicit(method)} => {call};");
        }

        foreach (var member in Signatures.Disposal(service)) code.Line(member);
        code.Close().Line();
    }
}
