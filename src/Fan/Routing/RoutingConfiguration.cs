using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Fan.Routing;

/// <summary>Takes <c>Fan:Routes</c> from configuration; it has the last word over code, as routes belong to the deployment.</summary>
internal sealed class RoutingConfiguration(IConfigurationSection? section) : IPostConfigureOptions<RoutingOptions>
{
    private const string Calls = nameof(Calls);
    private const string Pushes = nameof(Pushes);

    public void PostConfigure(string? name, RoutingOptions options)
    {
        if (section is null) return;
        foreach (var target in section.GetChildren())
        {
            // A bare text is the short form of what most people want to say.
            options.Set(target.Key, target.Value ?? target[Calls], target[Pushes], target.Path);
            foreach (var other in target.GetChildren())
            {
                if (!other.Key.Equals(Calls, StringComparison.OrdinalIgnoreCase)
                    && !other.Key.Equals(Pushes, StringComparison.OrdinalIgnoreCase))
                    options.Problems.Add($"{other.Path} is not known; a route has {Calls} and {Pushes}.");
            }
        }
    }
}
