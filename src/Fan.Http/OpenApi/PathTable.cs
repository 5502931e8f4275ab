using System.Text.Json.Nodes;
using Fan.Http.Templates;

namespace Fan.Http.OpenApi;

/// <summary>
/// The paths of a document. Templates that differ only in the names of their arguments are one path there, so the first one's names hold
/// for all. Not safe for concurrent use.
/// </summary>
internal sealed class PathTable
{
    private readonly JsonObject _paths = [];
    private readonly Dictionary<string, UrlTemplate> _byShape = new(StringComparer.Ordinal);

    /// <summary>Adds what <paramref name="operation"/> makes when it is told the document's name for each argument in the path.</summary>
    public void Add(string template, string verb, Func<IReadOnlyDictionary<string, string>, JsonObject> operation)
    {
        var parsed = UrlTemplate.Parse(template);
        if (!_byShape.TryGetValue(parsed.Shape, out var first))
        {
            _byShape[parsed.Shape] = first = parsed;
            _paths[template] = new JsonObject();
        }

        var names = parsed.Arguments.Zip(first.Arguments).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        _paths[first.Text]!.AsObject().TryAdd(verb.ToLowerInvariant(), operation(names));
    }

    public JsonObject ToJson() => _paths;
}
