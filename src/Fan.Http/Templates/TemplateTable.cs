using System.Collections.Frozen;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Http.Templates;

/// <summary>
/// What a request is for. The path's arguments, with its shard keys by their names, are null on the plain form
/// <c>POST /{service}/{method}</c>.
/// </summary>
internal readonly record struct RouteMatch(
    ServedMethod Method, string? ShardKeys, IReadOnlyList<KeyValuePair<string, string>>? PathArguments);

/// <summary>Finds the method for a verb and path. Immutable; safe from any thread.</summary>
internal sealed class TemplateTable
{
    private readonly CallServer _server;
    private readonly FrozenDictionary<string, ServedMethod> _plain;
    private readonly (string Verb, UrlTemplate Template, ServedMethod Method)[] _templates;

    /// <exception cref="InvalidOperationException">A method's template is none, or two methods have the same one.</exception>
    public TemplateTable(CallServer server)
    {
        _server = server;
        var methods = server.Services.SelectMany(service => service.Methods.Values).ToList();
        _plain = methods.ToFrozenDictionary(method => "/" + method.Method.FullName, StringComparer.Ordinal);
        _templates = [.. methods.Where(method => method.Method.Description.Http is not null)
            .Select(Parse)
            .Order(Comparer<(string Verb, UrlTemplate Template, ServedMethod Method)>.Create(
                (one, other) => UrlTemplate.BySpecificity(one.Template, other.Template)))];
        Verbs = string.Join(", ", _templates.Select(route => route.Verb).Concat(["POST", "GET", "HEAD"])
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        foreach (var same in _templates.GroupBy(route => (route.Verb, route.Template.Shape)).Where(group => group.Count() > 1))
        {
            throw new InvalidOperationException(
                $"{same.Key.Verb} {same.First().Template.Text} is declared by " +
                $"{string.Join(" and ", same.Select(route => route.Method.Method.FullName))}.");
        }
    }

    /// <summary>All verbs that any path takes, as a header has them.</summary>
    public string Verbs { get; }

    /// <summary>The plain form: the one way of calls between Fan applications.</summary>
    public bool TryFindPlain(string path, out ServedMethod method) => _plain.TryGetValue(path, out method!);

    /// <summary>Every other form.</summary>
    /// <param name="verb">The verb in upper case.</param>
    /// <param name="rawPath">The path as it came, still encoded.</param>
    /// <param name="allowed">The verbs of the path; empty where there is no such path.</param>
    /// <exception cref="NoSuchServiceException">The path has the plain form, and the application does not host its service.</exception>
    /// <exception cref="BadMessageException">The path has shard keys where the service's name has none, or such as can be none.</exception>
    /// <exception cref="NoSuchMethodException">The path has the plain form, and its service no such method.</exception>
    public RouteMatch? Find(string verb, string rawPath, out IReadOnlyList<string> allowed)
    {
        var verbs = new List<string>();
        allowed = verbs;
        if (!rawPath.StartsWith('/')) return null;
        var segments = Array.ConvertAll(rawPath[1..].Split('/'), Uri.UnescapeDataString);
        // Ways up in a path are for files, and whoever stands before us may have gone them already.
        if (segments.Any(segment => segment is "." or "..")) return null;
        foreach (var (known, template, method) in _templates)
        {
            if (template.Match(segments) is not { } arguments) continue;
            if (known == verb) return new RouteMatch(method, KeysIn(method, arguments), arguments);
            verbs.Add(known);
        }

        if (segments.Length != 2) return null;
        var name = NameIn(rawPath, segments[0]);
        if (!ServiceName.TryParse(name, out var service, out var wrong))
            return name.Contains('[', StringComparison.Ordinal) ? throw new BadMessageException(HeaderNames.ShardKeys, wrong) : null;
        if (verb == "POST")
        {
            var method = _server.Resolve(service.Canonical, segments[1]);
            if (service.ShardKeys.Count > 0 && !method.Service.HidesPlaces && !service.HasPlacesOf(method.Service.Name))
            {
                throw new BadMessageException(
                    "path",
                    $"'{HeaderText.Shorten(service.Template)}' has its shard keys in other places than '{method.Service.Name.Template}'.");
            }

            // micro-fan sends what it put into the path once more as arguments.
            var keys = method.Service.Name.ShardKeys.Zip(service.ShardKeys, KeyValuePair.Create).ToList();
            return new RouteMatch(method, ShardKeyList.Format(service.ShardKeys), keys.Count > 0 ? keys : null);
        }

        if (_plain.ContainsKey($"/{service.Canonical}/{segments[1]}")) verbs.Add("POST");
        return null;
    }

    // In a name the keys are encoded for themselves, so that they may have brackets; it may have been encoded as a whole once more.
    private static string NameIn(string rawPath, string decoded)
    {
        var encoded = rawPath.AsSpan(1, rawPath.IndexOf('/', 1) - 1);
        return encoded.Contains('[') ? encoded.ToString() : decoded;
    }

    private static string? KeysIn(ServedMethod method, IReadOnlyList<KeyValuePair<string, string>> arguments)
    {
        var keys = method.Service.Name.ShardKeys;
        return ShardKeyList.Format(
            [.. keys.Select(key => arguments.FirstOrDefault(argument => argument.Key == key).Value).OfType<string>()]);
    }

    private static (string Verb, UrlTemplate Template, ServedMethod Method) Parse(ServedMethod method)
    {
        var route = method.Method.Description.Http!;
        try
        {
            var template = UrlTemplate.Parse(route.Template);
            var keys = method.Service.Name.ShardKeys;
            if (template.Arguments.FirstOrDefault(name => !keys.Contains(name)
                && method.Method.Description.Parameters.All(p => p.Name != name && p.ClrName != name)) is { } unknown)
            {
                throw new FormatException(
                    $"URL template '{route.Template}' has '{{{unknown}}}', which is no argument of the method and no " +
                    "shard key of the service.");
            }

            if (keys.Intersect(template.Arguments).Count() is > 0 and var count && count < keys.Count)
            {
                throw new FormatException(
                    $"URL template '{route.Template}' has some of the service's shard keys and not all: {string.Join(", ", keys)}.");
            }

            return (route.Verb.ToUpperInvariant(), template, method);
        }
        catch (FormatException error)
        {
            throw new InvalidOperationException($"{method.Method.FullName}: {error.Message}", error);
        }
    }
}
