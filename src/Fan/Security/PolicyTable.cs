using Fan.Generated;
using Fan.Settings;
using Microsoft.Extensions.Configuration;

namespace Fan.Security;

/// <summary>A policy that code gives to a service or a method of it; to all hosted ones where no service is named.</summary>
internal sealed record PlannedPolicy(Type? ServiceType, string? Method, CallPolicy Policy);

/// <summary>What must hold for one method, put together. Immutable.</summary>
internal sealed record MethodPolicy(IReadOnlyList<PolicyRequirement> Requirements, bool TrustsQueues);

/// <summary>
/// The policies of an application: everything that code and configuration say of all services, of a service and of a method holds.
/// </summary>
internal sealed class PolicyTable
{
    private const string Everything = "*";

    private readonly Dictionary<string, List<CallPolicy>> _rules = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<string> _proxies;

    /// <exception cref="SettingsException">Something is said that can't be meant; all of it is in the message.</exception>
    public PolicyTable(
        IEnumerable<PlannedPolicy> planned,
        IReadOnlyDictionary<Type, ServiceContract> hosted,
        IReadOnlyList<string> proxies,
        IConfigurationSection? section)
    {
        _proxies = proxies;
        var errors = new List<string>();
        foreach (var (type, method, policy) in planned)
        {
            if (type is not null && !hosted.ContainsKey(type))
            {
                errors.Add($"Authorize<{type.Name}>: the application does not host it.");
            }
            else
            {
                Add(
                    type is null ? Everything : NameOf(hosted[type]) + (method is null ? "" : "/" + method),
                    policy,
                    $"Authorize{(type is null ? "" : $"<{type.Name}>")}",
                    hosted,
                    errors);
            }
        }

        foreach (var target in section?.GetChildren() ?? [])
        {
            Add(target.Key, PolicyConfiguration.Read(target, errors), target.Path, hosted, errors);
        }

        if (errors.Count > 0) throw new SettingsException("Policies", typeof(CallPolicy), errors);
    }

    /// <summary>What must hold for a method; null where anyone may call it.</summary>
    public MethodPolicy? For(string service, string method)
    {
        var requirements = new List<PolicyRequirement>();
        var queues = false;
        foreach (var target in (string[])[$"{service}/{method}", service, Everything])
        {
            var rules = _rules.GetValueOrDefault(target) ?? [];
            requirements.AddRange(rules.SelectMany(rule => rule.Requirements));
            queues |= rules.Any(rule => rule.Queues);
            if (rules.Any(rule => rule.IsOpen)) break;
        }

        return requirements.Count == 0 ? null : new MethodPolicy(requirements, queues);
    }

    private void Add(
        string target, CallPolicy policy, string origin, IReadOnlyDictionary<Type, ServiceContract> hosted, List<string> errors)
    {
        if (ProblemOf(target, [.. hosted.Values]) is { } problem) errors.Add($"{origin}: {problem}");
        else if (policy.IsEmpty) errors.Add($"{origin} says nothing; name callers, roles or claims, or say that anyone may call.");
        if (!_rules.TryGetValue(target, out var rules)) _rules[target] = rules = [];
        rules.Add(policy);
        if (rules.Any(rule => rule.IsOpen) && rules.Any(rule => rule.Requirements.Count > 0))
        {
            errors.Add($"{origin}: '{target}' can't be for anyone and for certain callers.");
        }
    }

    // A name that fits nothing would leave open what it was to close.
    private string? ProblemOf(string target, IReadOnlyCollection<ServiceContract> hosted)
    {
        if (target == Everything) return null;
        var slash = target.IndexOf('/', StringComparison.Ordinal);
        var service = slash < 0 ? target : target[..slash];
        // What methods a proxy has is known when its service is.
        if (_proxies.Contains(service)) return null;
        if (hosted.FirstOrDefault(one => NameOf(one) == service) is not { } contract)
        {
            var there = string.Join(", ", hosted.Select(NameOf).Concat(_proxies).Order(StringComparer.Ordinal));
            return $"the application hosts no service '{service}'; it hosts {(hosted.Count + _proxies.Count > 0 ? there : "none")}.";
        }

        return slash < 0 || contract.Methods.Any(method => method.Name == target[(slash + 1)..])
            ? null
            : $"'{service}' has no method '{target[(slash + 1)..]}'; " +
                $"it has {string.Join(", ", contract.Methods.Select(method => method.Name).Order(StringComparer.Ordinal))}.";
    }

    private static string NameOf(ServiceContract contract) => ServiceName.Parse(contract.Name).Canonical;
}
