using System.Globalization;

namespace Fan.Meaning.Tests.Cases;

/// <summary>Types, a contract that carries them, and the seed that both come from.</summary>
/// <param name="Seed">Makes the same case again.</param>
/// <param name="Source">One file.</param>
internal sealed record Case(int Seed, string Source)
{
    public string Namespace => NamespaceOf(Seed);

    /// <summary>What makes the contract one.</summary>
    public string Service => ServiceOf(Seed);

    private static string ServiceOf(int seed) => string.Create(CultureInfo.InvariantCulture, $"[Service(\"case{seed}\")]");

    private static string NamespaceOf(int seed) => string.Create(CultureInfo.InvariantCulture, $"Case{seed}");

    public static Case From(int seed)
    {
        var draw = new Draw(seed);
        var wildness = draw.Of(0, 0, 1, 1, 1, 2, 2);
        var declared = new CaseTypes();
        var types = new TypeDeclarations(draw, declared, wildness);
        var parts = new Dictionary<string, string>();
        if (draw.Chance(50)) parts["E0"] = types.Enum("E0");
        var count = draw.Between(1, 4);
        for (var i = 0; i < count; i++) parts["O" + i] = types.Object("O" + i);
        var open = wildness > 0 && draw.Chance(40) ? Derive(draw, declared.Objects, parts) : null;
        return new Case(
            seed,
            Contract(seed, draw, declared, wildness, parts.Values, open is null ? null : draw.Of(open, $"List<{open}>", $"{open}?", null)));
    }

    // Written last, when all that derive are known. The name of the type that others may stand for.
    private static string? Derive(Draw draw, List<DeclaredType> types, Dictionary<string, string> sources)
    {
        var name = types.Select(type => type.Parent).FirstOrDefault(parent => parent is not null);
        if (name is null) return null;
        var attributes = types.Where(type => type.Parent == name && type.Arity == 0)
            .Select((type, i) => $"[JsonDerivedType(typeof({type.Name}){draw.Of($", \"{type.Name}\"", $", {i}", "")})]\n").ToList();
        if (draw.Chance(30)) attributes.Add($"[JsonPolymorphic(TypeDiscriminatorPropertyName = \"{draw.Of("kind", "$type", "id")}\")]\n");
        if (draw.Chance(30)) attributes.Add($"[JsonDerivedType(typeof({name}), \"self\")]\n");
        sources[name] = string.Concat(attributes) + sources[name];
        return name;
    }

    private static string Contract(int seed, Draw draw, CaseTypes declared, int wildness, IEnumerable<string> parts, string? open)
    {
        var types = new TypeChoice(draw, declared, wildness);
        var own = declared.Objects.LastOrDefault(type => type.Arity == 0) ?? declared.Objects[^1];
        var root = open ?? (draw.Chance(70) && own.Arity == 0 ? own.Name : draw.Chance(50) ? types.Any().Text : types.Any(3).Text);
        var optional = types.WithLiteral();
        if (draw.Chance(20)) optional = optional.Nullable();
        var other = draw.Chance(50)
            ? types.WithLiteral().Text
            : draw.Of(
                "Vocabulary.Money",
                "Vocabulary.Mark",
                "DateTime",
                "DateTimeOffset",
                "decimal",
                "double",
                "float",
                "string?",
                own.Arity == 0 && own.IsValue ? own.Name : "TimeSpan");
        var literal = draw.Chance(50) && optional.Text == "decimal"
            ? "1.1m"
            : optional.Text is "double" or "float" && draw.Chance(50)
            ? "0"
            : optional.Literal;
        string Head(string access, string end) =>
            $"    {access}ValueTask<{root}> EchoAsync({root} value, CancellationToken ct = default){end}\n" +
            $"    {access}ValueTask<{optional.Text}> LessAsync({optional.Text} value = {literal}, {other} other = default, " +
            $"CancellationToken ct = default){end}\n";
        var access = draw.Chance(15) ? "internal" : "public";
        var declarations = string.Join("\n\n", parts);
        // Members stand further in.
        if (access == "internal")
        {
            declarations = string.Join('\n', declarations.Split('\n').Select(
                line => line.StartsWith(' ') ? line : line.Replace("public ", "internal ", StringComparison.Ordinal)));
        }
        return $"using System.Text.Json.Serialization;\n\nnamespace {NamespaceOf(seed)};\n\n{declarations}\n\n" +
            $"{ServiceOf(seed)}\n{access} interface IEcho\n{{\n{Head("", ";")}}}\n\n" +
            $"{access} sealed class Echo : IEcho\n{{\n{Head("public ", " => new(value);")}}}\n";
    }
}
