using System.Collections;
using System.Collections.Frozen;

namespace Fan.Discovery;

/// <summary>The methods of an endpoint, in their order and by name. Immutable.</summary>
internal sealed class MethodTable : IReadOnlyList<EndpointMethod>
{
    private readonly EndpointMethod[] _methods;
    private readonly FrozenDictionary<string, EndpointMethod> _byName;

    public MethodTable(IEnumerable<EndpointMethod> methods)
    {
        _methods = [.. methods];
        var byName = new Dictionary<string, EndpointMethod>(StringComparer.Ordinal);
        // Of two methods with one name the last counts, as micro-fan has it.
        foreach (var method in _methods) byName[method.Name] = method;
        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public static MethodTable Empty { get; } = new([]);

    public int Count => _methods.Length;

    public EndpointMethod this[int index] => _methods[index];

    /// <summary>The method of that wire name; null where there is none.</summary>
    public EndpointMethod? Find(string name) => _byName.GetValueOrDefault(name);

    public IEnumerator<EndpointMethod> GetEnumerator() => ((IEnumerable<EndpointMethod>)_methods).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// What the endpoints of one service say alike is kept once: nearly all of them have the same methods. For one reader at a time.
/// </summary>
internal sealed class MethodTables
{
    // Versions times transports; what a stranger writes beyond that is not kept.
    private const int MaxKept = 64;

    private readonly Dictionary<string, MethodTable> _byJson = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    /// <summary>The table for that JSON.</summary>
    public MethodTable For(string json, Func<MethodTable> read)
    {
        if (_byJson.TryGetValue(json, out var known)) return known;
        var table = read();
        if (_byJson.Count >= MaxKept) _byJson.Clear();
        _byJson[json] = table;
        return table;
    }

    /// <summary>The same text, of which one is kept.</summary>
    public string Same(string text)
    {
        if (_texts.TryGetValue(text, out var known)) return known;
        if (_texts.Count >= MaxKept) _texts.Clear();
        return _texts[text] = text;
    }
}
