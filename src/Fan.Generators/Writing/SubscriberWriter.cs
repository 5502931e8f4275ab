using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>Writes the base of subscribers to a service's pushes: what one does not override it does not care for.</summary>
internal static class SubscriberWriter
{
    public const string NoPush = "throw new global::System.NotSupportedException(\"A subscriber takes pushes only.\")";

    public static void Write(CodeText code, ServiceModel service)
    {
        if (service.Subscriber is null) return;
        if (service.Namespace.Length > 0) code.Line().Open($"namespace {service.Namespace}");
        else code.Line();
        code.Line(
            $"/// <summary>The base of subscribers to the pushes of <c>{service.ServiceName}</c>: override those that matter, " +
            "the others are passed over.</summary>")
            .Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Fan.Generators\", \"1.0\")]");
        if (service.SubscriberMarks.Length > 0) code.Line(service.SubscriberMarks);
        code.Open($"{(service.IsPublic ? "public" : "internal")} abstract class @{service.Subscriber} : {service.TypeName}");
        foreach (var method in service.Methods)
        {
            if (!method.IsPush)
            {
                code.Line($"{Signatures.Explicit(method)} => {NoPush};");
                continue;
            }

            code.Line("/// <summary>Handles a push.</summary>").Line(
                $"public virtual {method.ReturnType} " +
                $"@{method.ClrName}({Signatures.Parameters(method, withNames: true)}){Nothing(method.Form)}");
        }

        foreach (var member in Signatures.Disposal(service)) code.Line(member);
        code.Close();
        if (service.Namespace.Length > 0) code.Close();
    }

    /// <summary>The body of a handler that does nothing.</summary>
    public static string Nothing(ResultForm form) => form switch
    {
        ResultForm.Task => " => global::System.Threading.Tasks.Task.CompletedTask;",
        ResultForm.ValueTask => " => default;",
        _ => " { }",
    };
}
