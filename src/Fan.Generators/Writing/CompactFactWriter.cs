using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes what generated code believes of the types in the compact form, so that an application can hold it against what its serializer
/// does.
/// </summary>
internal static class CompactFactWriter
{
    public static void Write(CodeText code, ServiceModel service, IReadOnlyList<int> used)
    {
        var names = service.Methods.Where(method => method.IsCompact)
            .SelectMany(method => method.Parameters.Select(parameter => parameter.WireName))
            .Concat(used.SelectMany(id => service.WireTypes[id].Members.Select(member => member.Name))).Distinct();
        code.Open("private static class CompactFacts")
            .Line($"public static readonly string[] Names = [{string.Join(", ", names.Select(CodeText.Quote))}];")
            .Line();
        foreach (var id in used)
        {
            var type = service.WireTypes[id];
            var facts = type.Members.Select(
                member => $"new({CodeText.Quote(member.Name)}, typeof({service.WireTypes[member.Type].TypeName}), " +
                    $"{(member.MustBeThere ? "true" : "false")})");
            var members = type.Form == WireForm.Object ? $"[{string.Join(", ", facts)}]" : "null";
            code.Line($"public static readonly global::Fan.Generated.CompactTypeFacts F{id} = new(typeof({type.TypeName}), {members});");
        }

        code.Close().Line();
    }
}
