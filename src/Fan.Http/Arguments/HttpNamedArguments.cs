using System.Text.Json;

namespace Fan.Http.Arguments;

/// <summary>The arguments of one request as they were given, from path, query and body. Not safe for concurrent use.</summary>
internal sealed class HttpNamedArguments(MethodDescription method, IReadOnlyList<string> shardKeys)
{
    private readonly Dictionary<string, string> _path = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FileContent>> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ofForm = new(StringComparer.Ordinal);
    private JsonElement _json;

    public void AddPath(string name, string text) => _path[Name(name)] = text;

    /// <summary>Adds what the query says.</summary>
    public void AddText(string name, string text) => Add(_texts, name, text);

    /// <summary>Adds a field of a form.</summary>
    public void AddField(string name, string text)
    {
        Add(_texts, name, text);
        _ofForm.Add(Name(name));
    }

    public void AddFile(string name, FileContent file) => Add(_files, name, file);

    /// <exception cref="BadArgumentException">It is no object.</exception>
    public void AddJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new BadArgumentException("", $"The arguments of '{method.Name}' must be a JSON object; they are {json.ValueKind}.");
        }

        _json = json;
    }

    /// <summary>
    /// Writes all of them as one object. What the path has may stand in the query or body once more, as micro-fan sends it.
    /// </summary>
    /// <exception cref="BadArgumentException">The two differ.</exception>
    public void WriteTo(Utf8JsonWriter writer, int maxDepth)
    {
        writer.WriteStartObject();
        foreach (var (name, text) in _path)
        {
            // A shard key of the path names the service, and is no argument unless the method has one of that name.
            if (Find(name) is null && shardKeys.Contains(name)) continue;
            writer.WritePropertyName(name);
            TextValue.Write(writer, Type(name), [text], isField: false, maxDepth);
        }

        foreach (var (name, texts) in _texts)
        {
            if (_path.TryGetValue(name, out var text))
            {
                if (texts.Exists(other => other != text)) throw Differs(name);
                continue;
            }

            writer.WritePropertyName(name);
            TextValue.Write(writer, Type(name), texts, _ofForm.Contains(name), maxDepth);
        }

        foreach (var (name, files) in _files)
        {
            writer.WritePropertyName(name);
            FormArguments.WriteFiles(writer, Type(name), files);
        }

        if (_json.ValueKind == JsonValueKind.Object) WriteJson(writer);
        writer.WriteEndObject();
    }

    private void WriteJson(Utf8JsonWriter writer)
    {
        foreach (var member in _json.EnumerateObject())
        {
            var name = Name(member.Name);
            if (_path.TryGetValue(name, out var text))
            {
                if (!IsSame(member.Value, text)) throw Differs(name);
                continue;
            }

            writer.WritePropertyName(name);
            member.Value.WriteTo(writer);
        }
    }

    // As micro-fan writes values into paths: None, True, and anything else as its JSON.
    private static bool IsSame(JsonElement value, string text) => value.ValueKind switch
    {
        JsonValueKind.String => value.ValueEquals(text),
        JsonValueKind.Null => text is "None" or "null",
        JsonValueKind.True or JsonValueKind.False => string.Equals(value.GetRawText(), text, StringComparison.OrdinalIgnoreCase),
        _ => value.GetRawText() == text,
    };

    private void Add<T>(Dictionary<string, List<T>> values, string name, T value)
    {
        var key = Name(name);
        if (!values.TryGetValue(key, out var list)) values[key] = list = [];
        list.Add(value);
    }

    private ParameterDescription? Find(string name)
    {
        foreach (var parameter in method.Parameters)
        {
            if (parameter.Name == name || parameter.ClrName == name) return parameter;
        }

        return null;
    }

    // An unknown name goes on as it is: the method refuses it, and says what it takes.
    private string Name(string name) => Find(name)?.Name ?? name;

    private Type Type(string name) => Find(name)?.Type ?? typeof(string);

    private BadArgumentException Differs(string name) =>
        new(name, $"Argument '{name}' of '{method.Name}' has one value in the path and another one beside it.");
}
