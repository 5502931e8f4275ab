using Fan.Applications;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Routing;
using Fan.Settings;
using Fan.Transports;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Checks that routes name services that could be, and transports that the application has.</summary>
internal sealed class RoutingOptionsValidator(
    IEnumerable<IClientTransport> transports, IEnumerable<IQueueTransport> queues) : IValidateOptions<RoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, RoutingOptions options)
    {
        var errors = options.Problems.Concat(options.Rules.SelectMany(rule => Check(rule.Key, rule.Value))).ToList();
        return SettingsException.RequireNone<RoutingOptions>(errors);
    }

    private IEnumerable<string> Check(string target, RouteRule rule)
    {
        var origin = (rule.Calls ?? rule.Pushes)?.Origin ?? target;
        if (ProblemOf(target) is { } problem) yield return $"{origin}: {problem}";
        if (rule.Calls is null && rule.Pushes is null) yield return $"{origin} says nothing; name transports as Calls or Pushes.";
        if (rule.Calls is { } calls)
        {
            if (calls.Names.Count == 0) yield return $"{calls.Origin}: Calls names no transport.";
            foreach (var error in Unknown(calls, transports.Select(transport => transport.Name), "Calls", "transport")) yield return error;
        }

        if (rule.Pushes is { } pushes)
        {
            if (pushes.Names.Count != 1) yield return $"{pushes.Origin}: Pushes names one queue transport; it has {pushes.Names.Count}.";
            foreach (var error in Unknown(
                pushes, queues.Select(queue => queue.Name).Append(LocalQueueTransport.TransportName), "Pushes", "queue transport"))
            {
                yield return error;
            }
        }
    }

    private static IEnumerable<string> Unknown(RouteNames said, IEnumerable<string> known, string what, string kind)
    {
        var there = known.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        foreach (var name in said.Names.Where(name => !there.Contains(name, StringComparer.Ordinal)))
        {
            yield return $"{said.Origin}: {what} names '{name}', a {kind} that the application does not have; " +
                $"it has {(there.Count == 0 ? "none" : string.Join(", ", there))}.";
        }
    }

    private static string? ProblemOf(string target)
    {
        if (target == RoutingOptions.Everything) return null;
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        var service = slash < 0 ? target : target[..slash];
        if (!ServiceName.TryParse(service, out var name, out var error)) return error;
        if (name.ShardKeys.Count > 0) return $"a route is one for all shard keys: write '{name.Canonical}' without brackets.";
        return slash >= 0 && (slash == target.Length - 1 || target.AsSpan(slash + 1).ContainsAny("/. "))
            ? $"'{target}' is no service/method."
            : null;
    }
}
