using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>Writes the base of subscribers to a service's pushes: what one does not override it does not care for.</summary>
internal static class SubscriberWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        code.Line()
            .Line($"/// <summary>The base of subscribers to the pushes of <c>{service.ServiceName}</c>: override those that matter, the others are passed over.</summary>")
            .Line("[global::System.CodeDom.Compiler.GeneratedCode(\"Fan.Generators\", \"1.0\")]")
            .Open($"{service.Accessibility} abstract class {Name(service)} : {service.TypeName}");
        foreach (var method in service.Methods)
        {
            var signature = ContractWriter.Signature(method);
            if (!method.IsPush)
            {
                code.Line($"{method.ReturnType} {method.DeclaringType}.{method.ClrName}({signature}) => throw new global::System.NotSupportedException(\"A subscriber takes pushes only.\");");
                continue;
            }

            var body = method.Form switch
            {
                ResultForm.Task => "=> global::System.Threading.Tasks.Task.CompletedTask;",
                ResultForm.ValueTask => "=> default;",
                _ => "{ }",
            };
            code.Line("/// <summary>Handles a push.</summary>").Line($"public virtual {method.ReturnType} {method.ClrName}({signature}) {body}");
        }

        code.Close();
    }

    // IPublicWines has the subscribers PublicWinesSubscriber.
    private static string Name(ServiceModel service)
    {
        var name = service.SafeName;
        return (name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name) + "Subscriber";
    }
}
