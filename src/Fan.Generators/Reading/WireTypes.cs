using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using Fan.Generators.Model;
using Microsoft.CodeAnalysis;

namespace Fan.Generators.Reading;

/// <summary>
/// The types that travel when one service is called, each once: whether they can cross at all, whether the compact form carries them, and
/// what the serializer must be told of them.
/// </summary>
internal sealed class WireTypes
{
    public const int None = -1;

    private const int MaxTypes = 4096;
    private const int MaxNesting = 16;

    private static readonly SymbolDisplayFormat FullName = SymbolDisplayFormat.FullyQualifiedFormat;

    private readonly Dictionary<string, int> _ids = [];
    private readonly List<WireType> _types = [];
    private readonly List<ITypeSymbol> _symbols = [];
    private readonly List<string?> _problems = [];
    private readonly List<List<(string Label, int Type)>> _links = [];
    private readonly WireObjects _objects;

    public WireTypes() => _objects = new(this);

    /// <summary>The place of a type, with all that it contains.</summary>
    public int Add(ITypeSymbol type)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var name = type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).InSource(FullName);
        if (_ids.TryGetValue(name, out var known)) return known;
        var id = _types.Count;
        _ids.Add(name, id);
        // A type may contain itself, so its place is there before it is read.
        _types.Add(WireType.Opaque(name, type.IsReferenceType));
        _symbols.Add(type);
        _problems.Add(null);
        var links = new List<(string Label, int Type)>();
        _links.Add(links);
        if (id >= MaxTypes) _problems[id] = $"brings more than {MaxTypes} types with it";
        else if (Nesting(type, 0) > MaxNesting) _problems[id] = "contains itself with ever more type arguments";
        else if (Read(type, name, links, out var problem) is { } read) _types[id] = read;
        else _problems[id] = problem;
        return id;
    }

    /// <summary>Why values of a type can't cross, as the end of a sentence; null where they can.</summary>
    public string? ProblemOf(int root)
    {
        var paths = new Dictionary<int, string> { [root] = "" };
        var open = new Queue<int>([root]);
        while (open.Count > 0)
        {
            var id = open.Dequeue();
            if (_problems[id] is { } problem)
            {
                return paths[id].Length == 0
                    ? $"'{_symbols[id].ToDisplayString()}' {problem}"
                    : $"'{_symbols[root].ToDisplayString()}{paths[id]}' is of type '{_symbols[id].ToDisplayString()}', which {problem}";
            }
            foreach (var (label, type) in _links[id])
            {
                if (paths.ContainsKey(type)) continue;
                paths.Add(type, paths[id] + label);
                open.Enqueue(type);
            }
        }

        return null;
    }

    /// <summary>Whether the compact form keeps all of a type and of all that it contains.</summary>
    public bool IsCompact(int root) => Reach(root).All(id => _types[id].IsExact);

    /// <summary>All of them; those that nothing of the roots needs are marked as unused.</summary>
    public IEnumerable<WireType> All(IEnumerable<int> roots)
    {
        var used = new HashSet<int>(roots.SelectMany(Reach));
        return _types.Select((type, id) => used.Contains(id) ? type : WireType.Unused);
    }

    /// <summary>A type and all that it contains.</summary>
    public HashSet<int> Reach(int root)
    {
        var seen = new HashSet<int>();
        var open = new Stack<int>([root]);
        while (open.Count > 0)
        {
            var id = open.Pop();
            if (seen.Add(id))
            {
                foreach (var (_, type) in _links[id]) open.Push(type);
            }
        }

        return seen;
    }

    /// <summary>The members of all types that are sent and not read back.</summary>
    public IEnumerable<(INamedTypeSymbol Type, ISymbol Member)> Lost() =>
        _symbols.Where((symbol, id) => _problems[id] is null
            && _types[id].Form is not (WireForm.Scalar or WireForm.Nullable)
            && symbol is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct, IsAbstract: false }
                && JsonAttributes.Converter(symbol) is null)
            .SelectMany(symbol => JsonLosses.Of((INamedTypeSymbol)symbol).Select(member => ((INamedTypeSymbol)symbol, member)));

    /// <summary>Why no wire carries a type, whatever else is said of it; null where one may.</summary>
    public static string? Never(ITypeSymbol type)
    {
        switch (type.TypeKind)
        {
            case TypeKind.Delegate: return "is a delegate";
            case TypeKind.Pointer or TypeKind.FunctionPointer: return "is a pointer";
            case TypeKind.Dynamic: return "is dynamic; JsonElement takes whatever JSON there is";
            case TypeKind.TypeParameter: return "is a type parameter";
            case TypeKind.Error: return "is not known";
        }

        if (type.IsRefLikeType) return "lives on the stack only";
        if (type.GetAttributes().Any(attribute => attribute.AttributeClass?.Name is "AsyncMethodBuilderAttribute" or "InlineArrayAttribute"
            && WireCollections.IsOfPlatform(attribute.AttributeClass)))
        {
            return "has no members that JSON could carry";
        }
        if (type.AllInterfaces.Any(i => i is { Name: "IAsyncEnumerable", TypeArguments.Length: 1 } && WireCollections.IsOfPlatform(i)))
        {
            return "is bound to its process";
        }
        if (type.SpecialType is SpecialType.System_IntPtr or SpecialType.System_UIntPtr) return "is a pointer's size in one process";
        if (type.SpecialType is SpecialType.System_Object or SpecialType.System_ValueType or SpecialType.System_Enum)
        {
            return "may be anything, and would arrive as something else; JsonElement takes whatever JSON there is";
        }
        for (var at = type; at is not null; at = at.BaseType)
        {
            if (at.ToDisplayString() is "System.IO.Stream" or "System.Delegate" or "System.Threading.Tasks.Task"
                or "System.Reflection.MemberInfo" or "System.Threading.WaitHandle")
                return "is bound to its process";
        }

        return type is INamedTypeSymbol { Name: "IAsyncEnumerable" or "IAsyncEnumerator" or "ValueTask" or "CancellationToken" }
            && WireCollections.IsOfPlatform(type)
            ? "is bound to its process"
            : null;
    }

    private WireType? Read(ITypeSymbol type, string name, List<(string Label, int Type)> links, out string? problem)
    {
        problem = Never(type);
        if (problem is not null) return null;
        if (WireScalars.Of(type) is var (method, kind))
        {
            return new(
                name,
                WireForm.Scalar,
                kind,
                type.IsReferenceType,
                method,
                "",
                None,
                None,
                default,
                default,
                default,
                IsExact: true,
                IsDescribed: true,
                "");
        }
        if (WireScalars.IsKnownToSerializer(type)) return WireType.Opaque(name, type.IsReferenceType) with { IsDescribed = true };
        if (type is IArrayTypeSymbol array) return Array(array, name, links, out problem);
        if (type is not INamedTypeSymbol named)
        {
            problem = "is no type of which JSON knows the form";
            return null;
        }

        // What has a converter of its own is its converter's affair.
        if (JsonAttributes.Converter(named) is not null) return WireType.Opaque(name, type.IsReferenceType);
        if (named.TypeKind == TypeKind.Enum)
        {
            var underlying = named.EnumUnderlyingType!;
            var (number, whole) = WireScalars.Of(underlying)!.Value;
            return new(
                name,
                WireForm.Scalar,
                whole,
                false,
                number,
                underlying.InSource(FullName),
                None,
                None,
                default,
                default,
                default,
                IsExact: true,
                IsDescribed: true,
                "Enum");
        }

        if (named.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T)
        {
            var value = Link(named.TypeArguments[0], "", links);
            return new(
                name,
                WireForm.Nullable,
                0,
                false,
                "",
                "",
                value,
                None,
                default,
                default,
                default,
                IsExact: true,
                IsDescribed: true,
                "Nullable");
        }

        if (WireCollections.Of(named, out problem) is { } collection) return Collection(named, name, collection, links);
        if (problem is not null) return null;
        if (named is { Name: "KeyValuePair", TypeArguments.Length: 2 } && WireCollections.IsOfPlatform(named))
        {
            Link(named.TypeArguments[0], ".Key", links);
            Link(named.TypeArguments[1], ".Value", links);
            return WireType.Opaque(name, false);
        }

        return _objects.Read(named, name, links, out problem);
    }

    private WireType? Array(IArrayTypeSymbol array, string name, List<(string Label, int Type)> links, out string? problem)
    {
        problem = array.Rank == 1 ? null : "has more than one dimension";
        if (problem is not null) return null;
        var item = Link(array.ElementType, "[]", links);
        return new(
            name,
            WireForm.List,
            CompactWire.List,
            true,
            "",
            "",
            item,
            None,
            WireContainer.Array,
            default,
            default,
            IsExact: true,
            IsDescribed: true,
            "Array");
    }

    private WireType Collection(INamedTypeSymbol type, string name, WireCollection collection, List<(string Label, int Type)> links)
    {
        var key = collection.Key is null ? None : Link(collection.Key, "[key]", links);
        var item = Link(collection.Item, "[]", links);
        var isKnown = collection.Maker.Length > 0 && !JsonAttributes.ChangeForm(type);
        return collection.Key is null
            ? new(
                name,
                WireForm.List,
                CompactWire.List,
                type.IsReferenceType,
                "",
                "",
                item,
                None,
                collection.Container,
                default,
                default,
                isKnown,
                isKnown,
                collection.Maker)
            : new(
                name,
                WireForm.Map,
                CompactWire.Map,
                type.IsReferenceType,
                "",
                "",
                item,
                key,
                WireContainer.Other,
                default,
                default,
                isKnown && IsExactKey(_types[key]),
                isKnown,
                collection.Maker);
    }

    // What is no number is no name of a member.
    private static bool IsExactKey(WireType key) => key is { Form: WireForm.Scalar, Method: not ("Single" or "Double") };

    private int Link(ITypeSymbol type, string label, List<(string Label, int Type)> links)
    {
        var id = Add(type);
        links.Add((label, id));
        return id;
    }

    private static int Nesting(ITypeSymbol type, int depth) => depth > MaxNesting ? depth : type switch
    {
        IArrayTypeSymbol array => Nesting(array.ElementType, depth + 1),
        INamedTypeSymbol { IsGenericType: true } named => named.TypeArguments.Select(argument => Nesting(argument, depth + 1))
            .Concat(named.ContainingType is { } outer ? [Nesting(outer, depth)] : []).Max(),
        _ => depth,
    };
}
