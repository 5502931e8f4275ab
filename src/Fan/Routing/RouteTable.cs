using System.Collections.Frozen;

namespace Fan.Routing;

/// <summary>
/// What is said of routes, to be asked for: the rule of the method first, then of its service, then of everything. Immutable; safe from any
/// thread.
/// </summary>
internal sealed class RouteTable
{
    private readonly FrozenDictionary<string, RouteRule> _rules;
    private readonly FrozenSet<string> _servicesWithMethods;

    public RouteTable(RoutingOptions options)
    {
        _rules = options.Rules.ToFrozenDictionary(StringComparer.Ordinal);
        _servicesWithMethods = options.Rules.Where(rule => rule.Value.Calls is not null && rule.Key.Contains('/', StringComparison.Ordinal))
            .Select(rule => rule.Key[..rule.Key.IndexOf('/', StringComparison.Ordinal)]).ToFrozenSet(StringComparer.Ordinal);
    }

    /// <summary>Whether calls of some methods of a service go otherwise than the rest.</summary>
    public bool DistinguishesMethods(string service) => _servicesWithMethods.Contains(service);

    /// <summary>The transports for calls, in order; null where nothing is said. A null method asks for the service as a whole.</summary>
    public IReadOnlyList<string>? CallsOf(string service, string? method) => Find(service, method, static rule => rule.Calls)?.Names;

    /// <summary>The queue transport for pushes; null where nothing is said.</summary>
    public string? PushesOf(string service, string method) => Find(service, method, static rule => rule.Pushes)?.Names[0];

    /// <summary>The methods of a service whose pushes have a rule of their own.</summary>
    public IEnumerable<string> PushMethodsOf(string service) =>
        _rules.Where(rule => rule.Value.Pushes is not null && rule.Key.StartsWith(service + "/", StringComparison.Ordinal))
            .Select(rule => rule.Key[(service.Length + 1)..]);

    private RouteNames? Find(string service, string? method, Func<RouteRule, RouteNames?> what)
    {
        if (_rules.Count == 0) return null;
        if (method is not null && _rules.TryGetValue($"{service}/{method}", out var own) && what(own) is { } first) return first;
        if (_rules.TryGetValue(service, out var all) && what(all) is { } second) return second;
        return _rules.TryGetValue(RoutingOptions.Everything, out var everything) ? what(everything) : null;
    }
}
