using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes the way past the compiler's rule that an <c>init</c> member is set in the initializer only: what is not there must keep its
/// initial value.
/// </summary>
internal static class SetterWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        var members = service.WireTypes
            .SelectMany((type, id) => type.IsDescribed ? type.Members.Select((member, i) => (Member: member, Id: id, Index: i)) : [])
            .Where(member => member.Member is { IsInit: true, Setter: not WireSetter.Constructor }).ToArray();
        if (members.Length == 0) return;
        code.Open("private static class Setters");
        foreach (var (member, id, i) in members)
        {
            code.Line(
                "[global::System.Runtime.CompilerServices.UnsafeAccessor(" +
                $"global::System.Runtime.CompilerServices.UnsafeAccessorKind.Method, Name = \"set_{member.ClrName}\")]")
                .Line(
                    $"public static extern void S{id}_{i}({(member.OfStruct ? "ref " : "")}{member.DeclaringType} target, " +
                    $"{service.WireTypes[member.Type].TypeName} value);")
                .Line();
        }

        code.Close().Line();
    }
}
