using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Messaging;

/// <summary>
/// Whether there is JSON metadata of every type that methods send and receive, down to the members: without reflection nobody makes what is
/// missing.
/// </summary>
internal sealed class JsonCoverage
{
    private readonly JsonSerializerOptions _options;
    private readonly IJsonTypeInfoResolver _resolver;
    private readonly Dictionary<Type, List<(Type Type, string Place)>?> _contents = [];
    private readonly Dictionary<Type, List<string>> _missing = [];

    private JsonCoverage(JsonSerializerOptions options)
    {
        _options = options;
        // Asked itself: the options would remember what is not there yet, and stop at the first missing member.
        _resolver = options.TypeInfoResolver!;
    }

    /// <exception cref="InvalidOperationException">There is not: it lists all types that are missing.</exception>
    public static void Require(JsonSerializerOptions options, IEnumerable<ServiceMethod> methods)
    {
        var coverage = new JsonCoverage(options);
        foreach (var method in methods)
        {
            var name = $"'{method.Service}.{method.Name}'";
            foreach (var parameter in method.Description.Parameters)
            {
                coverage.Look(parameter.Type, $"argument '{parameter.Name}' of {name}");
            }

            if (method.Description.ResultType != typeof(Unit))
            {
                coverage.Look(
                    method.Description.ResultType,
                    $"{(method.Description.Kind == MethodKind.Stream ? "an item" : "the result")} of {name}");
            }
        }

        if (coverage._missing.Count > 0) throw new InvalidOperationException(coverage.Text());
    }

    private void Look(Type root, string place)
    {
        var seen = new HashSet<Type>();
        var open = new Stack<(Type Type, string Place)>([(root, place)]);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next.Type)) continue;
            if (ContentsOf(next.Type) is not { } contents)
            {
                if (!_missing.TryGetValue(next.Type, out var places)) _missing.Add(next.Type, places = []);
                places.Add(next.Type == root ? place : $"{next.Place}, for {place}");
                continue;
            }

            foreach (var content in contents) open.Push(content);
        }
    }

    private List<(Type Type, string Place)>? ContentsOf(Type type)
    {
        if (_contents.TryGetValue(type, out var known)) return known;
        return _contents[type] = _resolver.GetTypeInfo(type, _options) is { } info ? [.. Contents(info)] : null;
    }

    private static IEnumerable<(Type Type, string Place)> Contents(JsonTypeInfo info)
    {
        var name = NameOf(info.Type);
        if (info.KeyType is { } key) yield return (key, $"a key of {name}");
        if (info.ElementType is { } element) yield return (element, $"an item of {name}");
        foreach (var derived in info.PolymorphismOptions?.DerivedTypes ?? []) yield return (derived.DerivedType, $"a kind of {name}");
        if (info.Kind != JsonTypeInfoKind.Object) yield break;
        foreach (var property in info.Properties)
        {
            if (property.Get is not null || property.Set is not null)
            {
                yield return (property.PropertyType, $"member '{property.Name}' of {name}");
            }
        }
    }

    private string Text()
    {
        var text = new StringBuilder(
            "This build has no reflection for JSON, " +
            $"and {(_missing.Count == 1 ? "one type that travels has" : $"{_missing.Count} types that travel have")} no metadata:\n");
        foreach (var (type, places) in _missing.OrderBy(pair => NameOf(pair.Key), StringComparer.Ordinal))
        {
            text.Append($"  [JsonSerializable(typeof({NameOf(type)}))]  // {string.Join("; ", places)}\n");
        }

        return text.Append(
            "Write this on a partial class that derives from JsonSerializerContext, and give it to the application: " +
            "AddJson(MyJson.Default).").ToString();
    }

    // As it stands in typeof.
    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } value) return NameOf(value) + "?";
        if (type.IsArray) return $"{NameOf(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        return NameOf(type, type.GetGenericArguments());
    }

    // A nested type has the arguments of its outer types before its own.
    private static string NameOf(Type type, Type[] arguments)
    {
        var outer = type.DeclaringType is { } declaring ? NameOf(declaring, arguments) : type.Namespace;
        var own = arguments[(type.DeclaringType?.GetGenericArguments().Length ?? 0)..type.GetGenericArguments().Length];
        var name = type.Name.Split('`')[0] + (own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(NameOf))}>");
        return outer is { Length: > 0 } ? $"{outer}.{name}" : name;
    }
}
