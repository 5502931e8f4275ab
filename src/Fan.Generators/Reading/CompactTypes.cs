using System.Collections.Generic;
using System.Linq;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>The types of one service that the compact form can carry, each once. What it can't carry goes as JSON, with the whole method.</summary>
internal sealed class CompactTypes
{
    public const int None = -1;

    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat;

    private readonly Dictionary<string, int> _ids = [];
    private readonly List<CompactType?> _types = [];

    /// <summary>The place of a type; <see cref="None"/> where it can't be carried, though others may turn out only later, see <see cref="Carries"/>.</summary>
    public int Add(ITypeSymbol type)
    {
        var name = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(FullName);
        if (_ids.TryGetValue(name, out var known)) return known;
        var id = _types.Count;
        _ids.Add(name, id);
        // A type may contain itself, so its place is there before it is read.
        _types.Add(null);
        _types[id] = Read(type, name);
        return id;
    }

    /// <summary>Whether a type can be carried with all that it contains; asked when all were added.</summary>
    public bool Carries(int id) => Reach(id) is not null;

    /// <summary>All of them; those that nothing of the roots needs are marked as unused.</summary>
    public IEnumerable<CompactType> All(IEnumerable<int> roots)
    {
        var used = new HashSet<int>(roots.SelectMany(root => Reach(root) ?? []));
        return _types.Select((type, id) => used.Contains(id) ? type! : CompactType.Unused);
    }

    private HashSet<int>? Reach(int root)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([root]);
        while (open.Count > 0)
        {
            var id = open.Pop();
            if (id == None || _types[id] is not { } type) return null;
            if (!seen.Add(id)) continue;
            if (type.Form is CompactForm.Nullable or CompactForm.List or CompactForm.Map) open.Push(type.Element);
            if (type.Form == CompactForm.Map) open.Push(type.Key);
            foreach (var member in type.Members) open.Push(member.Type);
        }

        return seen;
    }

    private CompactType? Read(ITypeSymbol type, string name)
    {
        if (CompactScalars.Of(type) is var (method, kind))
            return new(name, CompactForm.Scalar, kind, type.IsReferenceType, method, "", None, None, default, default);
        if (type.TypeKind == TypeKind.Enum && CompactScalars.Of(((INamedTypeSymbol)type).EnumUnderlyingType!) is var (number, whole))
            return new(name, CompactForm.Scalar, whole, false, number, ((INamedTypeSymbol)type).EnumUnderlyingType!.ToDisplayString(FullName), None, None, default, default);
        if (type is IArrayTypeSymbol { Rank: 1 } array) return List(name, array.ElementType, CompactContainer.Array);
        if (type is not INamedTypeSymbol named) return null;
        if (named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
            return new(name, CompactForm.Nullable, 0, false, "", "", Add(named.TypeArguments[0]), None, default, default);
        if (named.ContainingNamespace?.ToDisplayString() == "System.Collections.Generic") return Collection(name, named);
        return CompactObjects.Read(named, name, this);
    }

    private CompactType? Collection(string name, INamedTypeSymbol type)
    {
        switch (type.Name)
        {
            case "List" or "IList" or "IReadOnlyList" or "ICollection" or "IReadOnlyCollection" or "IEnumerable":
                return List(name, type.TypeArguments[0], CompactContainer.List);
            case "HashSet" or "ISet" or "IReadOnlySet":
                return List(name, type.TypeArguments[0], CompactContainer.Set);
            case "Dictionary" or "IDictionary" or "IReadOnlyDictionary":
                var key = Add(type.TypeArguments[0]);
                var value = Add(type.TypeArguments[1]);
                return key == None || _types[key] is not { Form: CompactForm.Scalar } ? null : new(name, CompactForm.Map, CompactWire.Map, true, "", "", value, key, default, default);
            default: return null;
        }
    }

    private CompactType List(string name, ITypeSymbol element, CompactContainer container) =>
        new(name, CompactForm.List, CompactWire.List, true, "", "", Add(element), None, container, default);
}
