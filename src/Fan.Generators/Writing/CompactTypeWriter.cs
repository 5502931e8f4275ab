using System.Linq;
using Fan.Generators.Model;
using Fan.Generators.Reading;

namespace Fan.Generators.Writing;

/// <summary>
/// Writes how the types of a service stand in the compact form: a pair of static methods for each list, map and object, with a direct call
/// for every member.
/// </summary>
internal static class CompactTypeWriter
{
    public const string Writer = "ref global::Fan.Generated.CompactWriter w";
    public const string Reader = "ref global::Fan.Generated.CompactReader r";

    public static void Write(CodeText code, ServiceModel service)
    {
        var compact = service.Methods.Where(method => method.IsCompact).ToArray();
        if (compact.Length == 0) return;
        var used = compact.SelectMany(method => method.CompactTypes).Distinct().OrderBy(id => id).ToArray();
        CompactFactWriter.Write(code, service, used);
        code.Open("private static class Compact");
        foreach (var id in used)
        {
            switch (service.WireTypes[id])
            {
                case { Form: WireForm.List } list: WriteList(code, service, id, list); ReadList(code, service, id, list); break;
                case { Form: WireForm.Map } map: WriteMap(code, service, id, map); ReadMap(code, service, id, map); break;
                case { Form: WireForm.Object } type: WriteObject(code, service, id, type); ReadObject(code, service, id, type); break;
            }
        }

        code.Close().Line();
    }

    /// <summary>Writes a member: its tag, and its value where it is not null.</summary>
    public static void Member(CodeText code, ServiceModel service, uint tag, int id, string value)
    {
        var type = service.WireTypes[id];
        var inner = Inner(service, id);
        var kind = service.WireTypes[inner].Kind;
        if (!MayBeNull(type))
        {
            code.Line($"w.Tag({(tag << 4) | kind}u); {Value(service, id, value)}");
            return;
        }

        code.Line($"if ({value} is {{ }} x{tag}) {{ w.Tag({(tag << 4) | kind}u); {Value(service, inner, "x" + tag)} }}")
            .Line($"else w.Tag({tag << 4}u);");
    }

    /// <summary>Writes a value that stands alone: its kind, and itself where it is not null.</summary>
    public static void Alone(CodeText code, ServiceModel service, int id, string value)
    {
        var inner = Inner(service, id);
        var kind = service.WireTypes[inner].Kind;
        if (MayBeNull(service.WireTypes[id]))
        {
            code.Line($"if ({value} is {{ }} x) {{ w.Kind({kind}u); {Value(service, inner, "x")} }}").Line("else w.Kind(0u);");
        }
        else
        {
            code.Line($"w.Kind({kind}u); {Value(service, id, value)}");
        }
    }

    /// <summary>The expression that reads a value of the kind that <paramref name="kind"/> says.</summary>
    public static string Read(ServiceModel service, int id, string kind)
    {
        var type = service.WireTypes[id];
        if (type.Form == WireForm.Nullable) return $"({kind} == 0 ? default({type.TypeName}) : {Read(service, type.Element, kind)})";
        var read = type.Form != WireForm.Scalar
            ? $"Compact.R{id}(ref r, {kind})"
            : type.Cast.Length == 0
            ? $"r.{type.Method}({kind})"
            : $"({type.TypeName})r.{type.Method}({kind})";
        return type.IsReference ? $"({kind} == 0 ? null! : {read})" : read;
    }

    private static string Value(ServiceModel service, int id, string value)
    {
        var type = service.WireTypes[id];
        return type.Form != WireForm.Scalar
            ? $"Compact.W{id}(ref w, {value});"
            : type.Cast.Length == 0
            ? $"w.{type.Method}({value});"
            : $"w.{type.Method}(({type.Cast}){value});";
    }

    private static bool MayBeNull(WireType type) => type.IsReference || type.Form == WireForm.Nullable;

    private static int Inner(ServiceModel service, int id) => service.WireTypes[id] is { Form: WireForm.Nullable } type ? type.Element : id;

    private static void WriteList(CodeText code, ServiceModel service, int id, WireType type)
    {
        var element = service.WireTypes[type.Element];
        var inner = Inner(service, type.Element);
        var kind = service.WireTypes[inner].Kind;
        code.Open($"public static void W{id}({Writer}, {type.TypeName} v)")
            .Line($"global::System.ReadOnlySpan<{element.TypeName}> items = global::Fan.Generated.CompactItems.Of<{element.TypeName}>(v);")
            .Line(MayBeNull(element) ? $"bool nulls = global::Fan.Generated.CompactItems.HasNull(items);" : "const bool nulls = false;")
            .Line($"w.BeginList(items.Length, nulls ? {kind | 16}u : {kind}u);")
            .Open($"foreach ({element.TypeName} item in items)");
        Item(code, service, type.Element, inner, element, "item");
        code.Close().Line("w.End();").Close().Line();
    }

    private static void Item(CodeText code, ServiceModel service, int id, int inner, WireType type, string item)
    {
        if (!MayBeNull(type))
        {
            code.Line(Value(service, id, item));
            return;
        }

        code.Line($"if ({item} is {{ }} x) {{ if (nulls) w.Present(true); {Value(service, inner, "x")} }}").Line("else w.Present(false);");
    }

    private static void ReadList(CodeText code, ServiceModel service, int id, WireType type)
    {
        var element = service.WireTypes[type.Element];
        code.Open($"public static {type.TypeName} R{id}({Reader}, uint kind)")
            .Line("int count = r.BeginList(kind, out uint items);");
        var value = Read(service, type.Element, "k");
        if (type.Container == WireContainer.Array)
        {
            code.Line($"{element.TypeName}[] list = global::Fan.Generated.CompactItems.Room<{element.TypeName}>(count);")
                .Open("for (int i = 0; i < count; i++)")
                .Line("if (i == list.Length) global::Fan.Generated.CompactItems.Grow(ref list, count);")
                .Line("uint k = r.Item(items);")
                .Line($"list[i] = {value};");
        }
        else
        {
            var container = type.Container == WireContainer.Set ? "HashSet" : "List";
            code.Line(
                $"global::System.Collections.Generic.{container}<{element.TypeName}> list = " +
                "new(global::Fan.Generated.CompactReader.Room(count));")
                .Open("for (; count > 0; count--)")
                .Line("uint k = r.Item(items);")
                .Line($"list.Add({value});");
        }

        code.Close().Line("r.End();").Line("return list;").Close().Line();
    }

    private static void WriteMap(CodeText code, ServiceModel service, int id, WireType type)
    {
        var (key, element) = (service.WireTypes[type.Key], service.WireTypes[type.Element]);
        var inner = Inner(service, type.Element);
        var kind = service.WireTypes[inner].Kind;
        var pair = $"global::System.Collections.Generic.KeyValuePair<{key.TypeName}, {element.TypeName}>";
        code.Open($"public static void W{id}({Writer}, {type.TypeName} v)")
            .Line($"global::System.ReadOnlySpan<{pair}> pairs = global::Fan.Generated.CompactItems.Of<{pair}>(v);");
        if (MayBeNull(element)) code.Line("bool nulls = false;").Line($"foreach ({pair} pair in pairs) nulls |= pair.Value is null;");
        code.Line($"w.BeginMap(pairs.Length, {key.Kind}u, {(MayBeNull(element) ? $"nulls ? {kind | 16}u : {kind}u" : kind + "u")});")
            .Open($"foreach ({pair} pair in pairs)")
            .Line(Value(service, type.Key, "pair.Key"));
        Item(code, service, type.Element, inner, element, "pair.Value");
        code.Close().Line("w.End();").Close().Line();
    }

    private static void ReadMap(CodeText code, ServiceModel service, int id, WireType type)
    {
        var (key, element) = (service.WireTypes[type.Key], service.WireTypes[type.Element]);
        code.Open($"public static {type.TypeName} R{id}({Reader}, uint kind)")
            .Line("int count = r.BeginMap(kind, out uint keys, out uint values);")
            .Line(
                $"global::System.Collections.Generic.Dictionary<{key.TypeName}, " +
                $"{element.TypeName}> map = new(global::Fan.Generated.CompactReader.Room(count));")
            .Open("for (; count > 0; count--)")
            .Line($"{key.TypeName} key = {Key(key)};")
            .Line("uint k = r.Item(values);")
            .Line($"map[key] = {Read(service, type.Element, "k")};")
            .Close().Line("r.End();").Line("return map;").Close().Line();
    }

    // A key is never null: the reader says so where it is.
    private static string Key(WireType key) => key.Cast.Length == 0 ? $"r.{key.Method}(keys)" : $"({key.TypeName})r.{key.Method}(keys)";

    private static void WriteObject(CodeText code, ServiceModel service, int id, WireType type)
    {
        code.Open($"public static void W{id}({Writer}, {type.TypeName} v)").Line($"w.BeginObject({type.Members.Count}u);");
        foreach (var member in type.Computed) code.Line($"global::Fan.Generated.CompactDefaults.Ask(v.@{member.ClrName});");
        foreach (var member in type.Members) Member(code, service, CompactWire.TagOf(member.Name), member.Type, "v.@" + member.ClrName);
        code.Line("w.End();").Close().Line();
    }

    private static void ReadObject(CodeText code, ServiceModel service, int id, WireType type)
    {
        code.Open($"public static {type.TypeName} R{id}({Reader}, uint kind)");
        foreach (var (member, i) in type.Members.Select((m, i) => (m, i)))
        {
            code.Line($"{service.WireTypes[member.Type].TypeName} v{i} = {member.Default ?? "default!"};");
        }
        code.Line("ulong seen = 0;")
            .Open("for (uint members = r.BeginObject(kind); members > 0; members--)")
            .Line("uint tag = r.Tag();")
            .Line("uint k = tag & 15;")
            .Open("switch (tag >> 4)");
        foreach (var (member, i) in type.Members.Select((m, i) => (m, i)))
            code.Line($"case {CompactWire.TagOf(member.Name)}u: r.Once(ref seen, {i}); v{i} = {Read(service, member.Type, "k")}; break;");
        code.Line("default: r.Skip(k); break;").Close().Close();
        foreach (var (member, i) in type.Members.Select((m, i) => (m, i)).Where(m => m.m.MustBeThere))
            code.Line($"if ((seen & {1UL << i}UL) == 0) r.Missing({CodeText.Quote(member.Name)});");
        code.Line("r.End();");
        var indexed = type.Members.Select((m, i) => (Member: m, Index: i)).ToArray();
        var arguments = string.Join(
            ", ", indexed.Where(m => m.Member.Setter == WireSetter.Constructor).OrderBy(m => m.Member.Position).Select(m => "v" + m.Index));
        var required = string.Join(
            ", ", indexed.Where(m => m.Member.Setter == WireSetter.Required).Select(m => $"@{m.Member.ClrName} = v{m.Index}"));
        // A struct's own constructor without parameters is not run, as the serializer does not.
        code.Line(!type.IsReference && arguments.Length == 0
            ? $"{type.TypeName} value = default;"
            : $"{type.TypeName} value = new {type.TypeName}({arguments}){(required.Length == 0 ? "" : $" {{ {required} }}")};");
        foreach (var (member, i) in indexed)
        {
            if (member.Setter == WireSetter.Set)
            {
                code.Line($"if ((seen & {1UL << i}UL) != 0) value.@{member.ClrName} = v{i};");
            }
            else if (member.Setter == WireSetter.Init)
            {
                code.Line($"if ((seen & {1UL << i}UL) != 0) Setters.S{id}_{i}({(member.OfStruct ? "ref " : "")}value, v{i});");
            }
        }

        code.Line("return value;").Close().Line();
    }
}
