namespace Fan.Meaning.Tests.Cases;

/// <summary>Draws the declaration of one class, record or struct.</summary>
internal sealed class TypeDeclarations(Draw draw, CaseTypes declared, int wildness)
{
    private readonly TypeChoice _types = new(draw, declared, wildness);
    private readonly MemberAttributes _attributes = new(draw, wildness);

    public string Enum(string name)
    {
        var underlying = draw.Of("int", "int", "byte", "sbyte", "short", "ushort", "uint", "long", "ulong");
        var converter = wildness == 0 || draw.Chance(60)
            ? ""
            : "[JsonConverter(typeof(" + draw.Of(
                "JsonStringEnumConverter",
                $"JsonStringEnumConverter<{name}>",
                $"JsonNumberEnumConverter<{name}>",
                $"Vocabulary.EvenConverter<{name}>") + "))] ";
        var member = wildness > 0 && draw.Chance(25) ? "[JsonStringEnumMemberName(\"Der Erste\")] " : "";
        declared.Enums.Add(new(name, true, $"{name}.Two", TypeSort.Enum));
        return draw.Chance(40)
            ? $"[Flags] {converter}public enum {name} : {underlying} {{ {member}None = 0, One = 1, Two = 2, Both = 3, Four = 4 }}"
            : $"{converter}public enum {name} : {underlying} {{ {member}One = 1, Two, Same = Two, Far = 100 }}";
    }

    public string Object(string name)
    {
        var kind = draw.Of(
            "class", "class", "class", "record", "record", "struct", "readonly struct", "record struct", "readonly record struct");
        var isStruct = kind.Contains("struct", StringComparison.Ordinal);
        var isReadOnly = kind.StartsWith("readonly", StringComparison.Ordinal);
        var arity = draw.Chance(12) ? draw.Between(1, 2) : 0;
        var parents = declared.Objects.Where(type => type.IsBase && type.Kind == kind).ToArray();
        var parent = !isStruct && parents.Length > 0 && draw.Chance(50) ? draw.Of(parents) : null;
        var members = new Members(draw, _types, _attributes, wildness, kind);
        // A type may contain itself, if only where it may be absent.
        if (!isStruct && arity == 0 && draw.Chance(15))
        {
            members.Own = new(draw.Of(name + "?", $"List<{name}>", $"{name}[]?", $"Dictionary<string, {name}>"), false);
        }
        var body = new List<string>();
        var positional = new List<(string Type, string Name)>();
        if (parent is not null) Inherit(parent, members, body);

        var header = "";
        if (kind.Contains("record", StringComparison.Ordinal) && draw.Chance(60)) header = Positional(members, positional, parent);
        else if (parent is { Positional.Count: > 0 }) header = $"({Repeat(parent)})";
        else if (arity == 0 && draw.Chance(8) && kind is "class" or "struct") header = Primary(members, body);

        if (arity > 0)
        {
            body.Add(
                $"public T0{(draw.Chance(50) ? "?" : "")} {members.Name()} {{ get; {(isReadOnly ? "init" : draw.Of("set", "init"))}; " +
                $"}}{(isStruct || header.Length > 0 ? "" : " = default!;")}");
        }
        var count = draw.Between(header.Length > 0 && positional.Count > 0 ? 0 : 1, wildness == 0 ? 5 : 4);
        for (var i = 0; i < count; i++) body.Add(members.Next());
        var hasParameterless = header.Length == 0;
        if (header.Length == 0 && draw.Chance(wildness == 0 ? 15 : 30)) hasParameterless = Constructors(name, kind, members, body, parent);
        var callbacks = wildness > 1 && !isReadOnly && draw.Chance(12) ? Callbacks(body) : "";
        if (body.Any(line => line.Contains("_log +=", StringComparison.Ordinal)))
        {
            body.Insert(0, isStruct ? "private string? _log;" : "private string _log = \"\";");
        }
        // A virtual member can't stand in a sealed type.
        var isAbstract = !isStruct && wildness > 0 && arity == 0 && draw.Chance(8);
        var isSealed = !isStruct && !isAbstract && members.Virtual.Count == 0 && draw.Chance(30);
        var typeParameters = arity == 0 ? "" : $"<{string.Join(", ", Enumerable.Range(0, arity).Select(i => "T" + i))}>";
        var bases = new[]
        {
            parent is null
                ? ""
                : parent.Positional.Count > 0
                ? $"{parent.Name}({string.Join(", ", parent.Positional.Select(p => p.Name))})"
                : parent.Name,
            callbacks
        }.Where(text => text.Length > 0).ToArray();
        declared.Objects.Add(new(name, kind, isStruct, arity)
        {
            IsBase = !isStruct && !isSealed && arity == 0 && (hasParameterless || positional.Count > 0) && !members.HasRequired,
            Parent = parent?.Name,
            Positional = positional,
            Virtual = members.Virtual,
            Names = [.. members.Names],
        });
        return $"{OfType(name, arity)}public {(isAbstract ? "abstract " : isSealed ? "sealed " : "")}{kind} {name}{typeParameters}{header}"
            +
            $"{(bases.Length == 0 ? "" : " : " + string.Join(", ", bases))}\n{{\n " +
            $"   {string.Join("\n    ", body.Where(line => line.Length > 0))}\n}}";
    }

    private string OfType(string name, int arity)
    {
        if (wildness == 0) return "";
        var all = new List<string>();
        if (draw.Chance(4)) all.Add("JsonNumberHandling(JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.WriteAsString)");
        if (draw.Chance(4)) all.Add("JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)");
        if (draw.Chance(4)) all.Add("JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)");
        if (arity == 0 && draw.Chance(3)) all.Add($"JsonConverter(typeof(Vocabulary.DefaultConverter<{name}>))");
        if (draw.Chance(2)) all.Add("Vocabulary.Nothing");
        if (draw.Chance(2)) all.Add("Obsolete(\"old\")");
        return string.Concat(all.Select(attribute => $"[{attribute}]\n"));
    }

    private void Inherit(DeclaredType parent, Members members, List<string> body)
    {
        foreach (var (type, name) in parent.Virtual)
        {
            if (!draw.Chance(60)) continue;
            members.Take(name);
            body.Add($"{_attributes.Draw(new(type, false))}public override {type} {name} {{ get; set; }}");
        }

        // Hidden by another type, or by the same.
        if (parent.Names.Count > 0 && parent.Positional.Count == 0 && draw.Chance(25))
        {
            var name = draw.OfAll(parent.Names);
            if (parent.Virtual.All(v => v.Name != name))
            {
                members.Take(name);
                var type = _types.Any();
                body.Add($"{_attributes.Draw(type)}public new {type.Text} {name} {{ get; {draw.Of("set", "init", "private set")}; }}");
            }
        }

        foreach (var name in parent.Names) members.Take(name);
    }

    private static string Repeat(DeclaredType parent) => string.Join(", ", parent.Positional.Select(p => $"{p.Type} {p.Name}"));

    private string Positional(Members members, List<(string Type, string Name)> positional, DeclaredType? parent)
    {
        var parts = new List<string>();
        foreach (var inherited in parent?.Positional ?? [])
        {
            positional.Add(inherited);
            parts.Add($"{inherited.Type} {inherited.Name}");
        }

        var count = draw.Between(1, 4);
        var own = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var type = _types.Any();
            var name = members.Name();
            positional.Add((type.Text, name));
            own.Add($"{_attributes.Draw(type, "property: ")}{type.Text} {name}");
        }

        // Only the last ones may have defaults.
        if (draw.Chance(30))
        {
            var type = _types.WithLiteral();
            var name = members.Name();
            if (draw.Chance(20)) type = type.Nullable();
            positional.Add((type.Text, name));
            own.Add($"{_attributes.Draw(type, "property: ")}{type.Text} {name} = {type.Literal}");
        }

        return $"({string.Join(", ", parts.Concat(own))})";
    }

    private string Primary(Members members, List<string> body)
    {
        var type = _types.Any();
        var name = members.Name();
        body.Add($"{_attributes.Draw(type)}public {type.Text} {name} {{ get; }} = {Parameter(name)};");
        return $"({type.Text} {Parameter(name)})";
    }

    private bool Constructors(string name, string kind, Members members, List<string> body, DeclaredType? parent)
    {
        var form = draw.Below(wildness == 0 ? 2 : 10);
        var chosen = members.Settable.Where(_ => draw.Chance(70)).ToList();
        var others = wildness > 1 && draw.Chance(8)
            ? draw.Of(", int stranger", ", string? stranger = null", ", params int[] strangers")
            : "";
        if (chosen.Count == 0 && form < 6) return true;
        var sets = members.HasRequired && draw.Chance(50) ? "[System.Diagnostics.CodeAnalysis.SetsRequiredMembers] " : "";
        // The serializer compares names without their case.
        var loud = chosen.Select(_ => draw.Chance(10)).ToArray();
        string Spelled(int i) => loud[i] ? Parameter(chosen[i].Name).ToUpperInvariant() : Parameter(chosen[i].Name);
        string One(string access, string attribute)
        {
            var parameters = string.Join(", ", chosen.Select(
                (m, i) => (wildness > 1 && draw.Chance(3) ? "in " : "")
                    + (wildness > 1 && draw.Chance(3) && m.Type.Text == "int" ? "long" : m.Type.Text) + " " + Spelled(i)
                    + (i == chosen.Count - 1 && others.Length == 0 && m.Type.Literal is { } l && draw.Chance(40) ? " = " + l : "")));
            var assignments = string.Join(" ", chosen.Select(
                (m, i) => $"this.{m.Name} = ({m.Type.Text})(" +
                    $"{(wildness > 1 && draw.Chance(4) ? $"Vocabulary.Check.Accept({Spelled(i)})" : Spelled(i))});"));
            return $"{attribute}{sets}{access} {name}({parameters}{others}) {{ {assignments} }}";
        }
        if (kind.Contains("struct", StringComparison.Ordinal) && form is 6 or 7 or 9) form = 8;
        switch (form)
        {
            case < 4: body.Add(One("public", "")); return false;
            case 4: body.Add(One(draw.Of("private", "internal", "public"), "[JsonConstructor] ")); return false;
            case 5:
                body.Add(One("public", draw.Of("", "[JsonConstructor] ")));
                body.Add($"public {name}() {{ }}");
                return true;
            case 6: body.Add($"private {name}() {{ }}"); return false;
            case 7: body.Add($"[JsonConstructor] private {name}() {{ }}"); return false;
            case 8: body.Add($"public {name}(int a) {{ }}"); body.Add($"public {name}(string b) {{ }}"); return false;
            default: body.Add($"internal {name}() {{ }}"); return parent is null;
        }
    }

    private static string Parameter(string name) => "@" + char.ToLowerInvariant(name.TrimStart('@')[0]) + name.TrimStart('@')[1..];

    private string Callbacks(List<string> body)
    {
        var names = new[]
        {
            "IJsonOnSerializing",
            "IJsonOnSerialized",
            "IJsonOnDeserializing",
            "IJsonOnDeserialized"
        }.Where(_ => draw.Chance(50)).ToArray();
        foreach (var name in names) body.Add($"void {name}.{name[5..]}() => _log += \"{name[7..]};\";");
        return string.Join(", ", names);
    }
}
