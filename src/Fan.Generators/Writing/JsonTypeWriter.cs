using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes what the serializer of JSON must be told of a service's types where it can't look for itself, as in native and trimmed programs.
/// </summary>
internal static class JsonTypeWriter
{
    public static void Write(CodeText code, ServiceModel service)
    {
        var described = service.WireTypes.Select((type, id) => (Type: type, Id: id)).Where(
            type => type.Type is { IsDescribed: true } && (type.Type.Collection.Length > 0 || type.Type.Form == WireForm.Object)).ToArray();
        if (described.Length == 0) return;
        code.Line("public override global::System.Text.Json.Serialization.Metadata.IJsonTypeInfoResolver? JsonTypes => new Json();")
            .Line()
            .Open("private sealed class Json : global::Fan.Generated.JsonTypes")
            .Open("public Json()");
        foreach (var (type, id) in described)
        {
            switch (type.Form)
            {
                case WireForm.Object: Object(code, service, id, type); break;
                case WireForm.Map:
                    code.Line(
                        $"Add{type.Collection}<{service.WireTypes[type.Key].TypeName}, {service.WireTypes[type.Element].TypeName}>();");
                    break;
                case WireForm.Scalar: code.Line($"AddEnum<{type.TypeName}>();"); break;
                default:
                    var item = service.WireTypes[type.Element].TypeName;
                    code.Line(type.Collection == "IEnumerable"
                        ? $"AddIEnumerable<{type.TypeName}, {item}>();"
                        : $"Add{type.Collection}<{item}>();");
                    break;
            }
        }

        code.Close().Close().Line();
    }

    private static void Object(CodeText code, ServiceModel service, int id, WireType type)
    {
        var byParameter = type.Members.Where(member => member.Setter == WireSetter.Constructor)
            .OrderBy(member => member.Position).ToArray();
        // What the compiler would have in the initializer is set by the serializer, which refuses JSON without it.
        var required = type.Members.Where(member => member.Setter == WireSetter.Required)
            .Select(member => $"@{member.ClrName} = default!").ToArray();
        var initializer = required.Length == 0 ? "" : $" {{ {string.Join(", ", required)} }}";
        code.Line($"AddObject<{type.TypeName}>(");
        if (byParameter.Length > 0)
        {
            var arguments = byParameter.Select((member, i) => $"({service.WireTypes[member.Type].TypeName})a[{i}]!");
            code.Line("    null,").Line($"    static a => new {type.TypeName}({string.Join(", ", arguments)}){initializer},");
        }
        else
        {
            code.Line(type.IsReference
                ? required.Length > 0
                    ? $"    static () => global::System.Activator.CreateInstance<{type.TypeName}>(),"
                    : $"    static () => new {type.TypeName}(),"
                : $"    static () => default({type.TypeName}),")
                .Line("    null,");
        }

        var parameters = byParameter.Select(
            member =>
                $"Parameter<{service.WireTypes[member.Type].TypeName}>({CodeText.Quote(member.Parameter)}, {member.Position}, " +
                $"{(member.Default is null ? "false, default!" : $"true, {member.Default}")})");
        code.Line($"    [{string.Join(", ", parameters)}],").Line("    [");
        foreach (var (member, i) in type.Members.Concat(type.Computed).Select((member, i) => (member, i)))
        {
            code.Line("        " + Member(service, id, i, member, type) + ",");
        }
        code.Line("    ]);");
    }

    private static string Member(ServiceModel service, int id, int index, WireMember member, WireType type)
    {
        var value = service.WireTypes[member.Type].TypeName;
        var target = member.OfStruct
            ? $"global::System.Runtime.CompilerServices.Unsafe.Unbox<{member.DeclaringType}>(o)"
            : $"(({member.DeclaringType})o)";
        var setter = member switch
        {
            { Setter: WireSetter.Constructor or WireSetter.None } => "null",
            { IsInit: true } => $"static (o, v) => Setters.S{id}_{index}({(member.OfStruct ? "ref " : "")}{target}, v!)",
            _ => $"static (o, v) => {target}.@{member.ClrName} = v!",
        };
        return $"Member<{member.DeclaringType}, {value}>({CodeText.Quote(member.ClrName)}, {CodeText.Quote(member.Name)}, " +
            $"{(member.IsField ? "true" : "false")}, {(member.MustBeThere ? "true" : "false")}, " +
            $"static o => (({(type.IsReference ? member.DeclaringType : type.TypeName)})o).@{member.ClrName}, {setter})";
    }
}
