using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Fan.Messaging;

/// <summary>
/// Baggage as it arrived: names and values for everybody, and what stood behind a value only for being passed on. Written by its reader
/// alone; then safe from any thread.
/// </summary>
internal sealed class BaggageMembers : IReadOnlyDictionary<string, string>
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private Dictionary<string, string>? _properties;

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<string> Values => _values.Values;

    public string this[string key] => _values[key];

    /// <summary>Of several members with one name the last counts.</summary>
    public void Set(string key, string value, string? properties)
    {
        _values[key] = value;
        if (properties is not null) (_properties ??= new(StringComparer.Ordinal))[key] = properties;
        else _properties?.Remove(key);
    }

    /// <summary>What belongs to a member, as long as it has the value that it came with.</summary>
    public string? PropertiesOf(string key, string? value) =>
        _properties is not null && _properties.TryGetValue(key, out var properties) && _values[key] == value ? properties : null;

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
