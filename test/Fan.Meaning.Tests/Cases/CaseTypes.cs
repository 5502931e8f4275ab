namespace Fan.Meaning.Tests.Cases;

/// <summary>The types that a case has declared so far.</summary>
internal sealed class CaseTypes
{
    public List<TypeText> Enums { get; } = [];

    public List<DeclaredType> Objects { get; } = [];

    public TypeText Enum(Draw draw) => draw.OfAll(Enums);

    /// <summary>One of them with type arguments where it needs some; null where there is none.</summary>
    public TypeText? Object(Draw draw, int depth, Func<int, TypeText> argument)
    {
        if (Objects.Count == 0) return null;
        var type = draw.OfAll(Objects);
        if (type.Arity == 0) return new(type.Name, type.IsValue, null, TypeSort.Object);
        var arguments = Enumerable.Range(0, type.Arity).Select(_ => argument(depth + 2).Text);
        return new($"{type.Name}<{string.Join(", ", arguments)}>", type.IsValue, null, TypeSort.Object);
    }
}

/// <summary>A class, record or struct of a case, as far as others build on it.</summary>
internal sealed record DeclaredType(string Name, string Kind, bool IsValue, int Arity)
{
    /// <summary>Whether another one can derive from it by saying its name.</summary>
    public bool IsBase { get; init; }

    public string? Parent { get; init; }

    /// <summary>The parameters of a positional record.</summary>
    public IReadOnlyList<(string Type, string Name)> Positional { get; init; } = [];

    /// <summary>Properties that a derived type may override.</summary>
    public IReadOnlyList<(string Type, string Name)> Virtual { get; init; } = [];

    /// <summary>Properties that a derived type may hide.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];
}
