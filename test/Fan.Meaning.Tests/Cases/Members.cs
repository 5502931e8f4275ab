namespace Fan.Meaning.Tests.Cases;

/// <summary>Draws the members of one class, record or struct.</summary>
internal sealed class Members(Draw draw, TypeChoice types, MemberAttributes attributes, int wildness, string kind)
{
    private static readonly string[] Pool =
        [
            "Id", "Name", "Count", "Value", "Items", "URLText", "ABc", "X", "x", "ID", "Größe", "_under", "Total_Sum", "I1", "İx",
            "@class", "Data", "Kind", "Length", "Parent", "Number", "Flag", "When", "Extra", "other"
        ];

    private readonly HashSet<string> _taken = [];

    public List<(TypeText Type, string Name)> Settable { get; } = [];

    public List<(string Type, string Name)> Virtual { get; } = [];

    /// <summary>A type that contains the declared one, to be a member once.</summary>
    public TypeText? Own { get; set; }

    public IEnumerable<string> Names => _taken;

    public bool HasRequired { get; private set; }

    private bool IsStruct => kind.Contains("struct", StringComparison.Ordinal);

    private bool IsReadOnly => kind.Contains("readonly", StringComparison.Ordinal);

    public void Take(string name) => _taken.Add(name);

    public string Name()
    {
        for (var i = 0; i < 50; i++)
        {
            var name = wildness == 0 ? Pool[draw.Below(8)] : draw.Of(Pool);
            if (i > 20) name += i;
            if (_taken.Add(name)) return name;
        }

        throw new InvalidOperationException("No name is left.");
    }

    public string Next()
    {
        var type = Own ?? types.Any();
        Own = null;
        var name = Name();
        var attribute = attributes.Draw(type);
        var roll = draw.Below(wildness == 0 ? 52 : wildness == 1 ? 90 : 124);
        var set = IsReadOnly ? "init" : "set";
        switch (roll)
        {
            case < 30:
                Settable.Add((type, name));
                return $"{attribute}public {type.Text} {name} {{ get; {set}; }}{Initial(type)}";
            case < 42:
                Settable.Add((type, name));
                return $"{attribute}public {type.Text} {name} {{ get; init; }}{Initial(type)}";
            case < 47:
                HasRequired = true;
                return $"{attribute}public required {type.Text} {name} {{ get; {draw.Of(set, "init")}; }}";
            case < 52:
                Settable.Add((type, name));
                return $"{attribute}public {type.Text} {name} {{ get; }}";
            case < 58: return Hidden(type, name, attribute, set);
            case < 62: return Collection(name, attribute);
            case < 66: return $"{attribute}public {type.Text} {name} => default!;";
            case < 76: return Field(type, name, attribute);
            case < 79:
                return $"{attribute.Replace("[JsonInclude] ", "", StringComparison.Ordinal)}{(draw.Chance(60) ? "[JsonInclude] " : "")}" +
                    $"{draw.Of("private", "internal", IsStruct ? "private" : "protected")} {type.Text} {name} {{ get; {set}; }}";
            case < 82 when !IsStruct:
                Virtual.Add((type.Text, name));
                return $"{attribute}public virtual {type.Text} {name} {{ get; set; }}";
            case < 86 when !IsReadOnly: return Logged(type, name, attribute);
            case < 90 when !IsReadOnly: return Thoughtful(type, name, attribute);
            case < 94: return Written(type, name, attribute, set);
            case < 98: return Extension(name);
            default: return Noise(type, name, attribute);
        }
    }

    private string Initial(TypeText type) => type.Literal is { } literal && !IsStruct && draw.Chance(30) ? $" = {literal};" : "";

    private string Hidden(TypeText type, string name, string attribute, string set)
    {
        var include = draw.Chance(45) && !attribute.Contains("JsonInclude", StringComparison.Ordinal) ? "[JsonInclude] " : "";
        var access = draw.Of("private", "private", "internal", IsStruct ? "private" : "protected");
        var setter = draw.Chance(25) ? "init" : set;
        Settable.Add((type, name));
        return draw.Chance(80)
            ? $"{attribute}{include}public {type.Text} {name} {{ get; {access} {setter}; }}{Initial(type)}"
            : $"{attribute}{include}public {type.Text} {name} {{ {access} get; {setter}; }}";
    }

    private string Collection(string name, string attribute)
    {
        var list = draw.Chance(60) ? types.List(1) : types.Map(1);
        var made = list.Text.EndsWith(']') || (list.Text.StartsWith('I') && !list.Text.Contains("Set<", StringComparison.Ordinal))
            ? "[]"
            : list.Text.StartsWith('I')
            ? $"new HashSet{list.Text[list.Text.IndexOf('<', StringComparison.Ordinal)..]}()"
            : "new()";
        if (list.Text.Contains("ObjectModel.ReadOnly", StringComparison.Ordinal)) made = "null!";
        if (list.Sort == TypeSort.Map && list.Text.StartsWith('I'))
        {
            made = $"new Dictionary{list.Text[list.Text.IndexOf('<', StringComparison.Ordinal)..]}()";
        }
        var populate = draw.Chance(30) ? "[JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)] " : "";
        return $"{(populate.Length > 0 ? "" : attribute)}{populate}public {list.Text} {name} {{ get; " +
            $"{(IsReadOnly ? "" : draw.Of("", "", "set; ", "private set; "))}}}{(IsStruct ? "" : $" = {made}")}{(IsStruct ? "" : ";")}";
    }

    private string Field(TypeText type, string name, string attribute)
    {
        var include = draw.Chance(35) && !attribute.Contains("JsonInclude", StringComparison.Ordinal) ? "[JsonInclude] " : "";
        var access = draw.Of("public", "public", "public", "private", "internal", IsStruct ? "private" : "protected");
        if (access == "public") Settable.Add((type, name));
        var modifier = IsReadOnly || draw.Chance(20) ? "readonly " : "";
        if (modifier.Length == 0 && access == "public" && draw.Chance(10))
        {
            HasRequired = true;
            modifier = "required ";
        }

        return $"{attribute}{include}{access} {modifier}{type.Text} {name}{(IsStruct ? "" : " = default!")};";
    }

    private string Logged(TypeText type, string name, string attribute)
    {
        Settable.Add((type, name));
        return $"{attribute}public {type.Text} {name} {{ get; {(draw.Chance(70) ? "set" : "init")} {{ field = value; " +
            $"_log += \"{name};\"; }} }}";
    }

    private string Thoughtful(TypeText type, string name, string attribute) => draw.Chance(50)
        ? $"{attribute}public {type.Text} {name} {{ get; set => field = Vocabulary.Check.Accept(value); }}"
        : $"{attribute}public {type.Text} {name} {{ get => Vocabulary.Check.Accept(field); set; }}";

    private string Written(TypeText type, string name, string attribute, string set) => draw.Chance(50)
        ? $"{attribute}public {type.Text} {name} {{ {set} {{ }} }}"
        : $"private {(IsReadOnly ? "readonly " : "")}{type.Text} _of{name.TrimStart('@')}{(IsStruct ? "" : " = default!")}; " +
            $"{attribute}public {type.Text} {name} {{ get => _of{name.TrimStart('@')}; " +
            $"{(IsReadOnly ? "init { }" : $"set => _of{name.TrimStart('@')} = value;")} }}";

    private string Extension(string name)
    {
        var type = draw.Of(
            "Dictionary<string, System.Text.Json.JsonElement>",
            "Dictionary<string, object>",
            "System.Text.Json.Nodes.JsonObject",
            "IDictionary<string, System.Text.Json.JsonElement>");
        return $"[JsonExtensionData] public {type}? {name} {{ get; {(IsReadOnly ? "init" : "set")}; }}";
    }

    private string Noise(TypeText type, string name, string attribute) => draw.Below(9) switch
    {
        0 => $"public {type.Text} this[int index] => default!;",
        1 => $"public static {type.Text} {name} {{ get; set; }} = default!;",
        2 => $"public const int {name} = 3;",
        3 => IsReadOnly ? "" : $"public event Action? {name};",
        4 => IsStruct ? "" : $"private int _seat{name.TrimStart('@')}; public ref int {name} => ref _seat{name.TrimStart('@')};",
        5 => $"public Span<int> {name} => default;",
        6 => $"[JsonIgnore] public {draw.Of("Action", "System.IO.Stream", "object", "Type", "nint")}? {name} {{ get; init; }}",
        7 => $"[JsonIgnore] public required {type.Text} {name} {{ get; init; }}",
        _ => IsStruct ? "" : $"[Obsolete(\"not any more\", error: true)] public int {name} {{ get; set; }}",
    };
}
