using Fan.Commits;
using Fan.Serving;
using Microsoft.Extensions.Configuration;

namespace Fan.Applications;

/// <summary>
/// Which services of the application are strict: as its code says, and configuration <c>Fan:Strict</c>, a list or names with commas between
/// them.
/// </summary>
internal sealed class StrictServices(ApplicationPlan plan, IConfigurationSection? configuration, StrictLease lease)
{
    private readonly HashSet<string> _named = [.. Names(configuration)];

    /// <summary>What must be held while it serves; null where it is not strict.</summary>
    public StrictLease? For(Type type, string service) => plan.Strict.Contains(type) || _named.Contains(service) ? lease : null;

    /// <exception cref="InvalidOperationException">
    /// Something is named that the application does not host: whoever did believes it to be safe.
    /// </exception>
    public void RequireKnown(string application, IReadOnlyList<ServedService> hosted)
    {
        var wrong = _named.Where(name => hosted.All(service => service.Name.Canonical != name))
            .Concat(plan.Strict.Where(type => hosted.All(service => service.Contract.ServiceType != type)).Select(type => type.Name))
            .Order(StringComparer.Ordinal).ToList();
        if (wrong.Count > 0)
        {
            throw new InvalidOperationException(
                $"'{application}' hosts no {string.Join(", ", wrong)}, so it can't be strict there (Strict<T>(), Fan:Strict); " +
                $"it hosts {(hosted.Count == 0 ? "nothing" : string.Join(", ", hosted.Select(service => service.Name.Canonical)))}.");
        }
    }

    private static IEnumerable<string> Names(IConfigurationSection? section) => section is null ? []
        : section.GetChildren().Select(child => child.Value).Append(section.Value).OfType<string>()
            .SelectMany(text => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Select(name => ServiceName.Parse(name).Canonical);
}
