using Microsoft.Extensions.Configuration;

namespace Fan.Security;

/// <summary>Reads the policy of one target below <c>Fan:Policies</c>. By hand, as a binder would need reflection.</summary>
internal static class PolicyConfiguration
{
    public static CallPolicy Read(IConfigurationSection target, List<string> errors)
    {
        var policy = new CallPolicy();
        // A bare text is the short form of what most people want to say.
        if (target.Value is { Length: > 0 } callers) Names(target, callers, policy.RequireCaller, errors);
        foreach (var setting in target.GetChildren())
        {
            switch (setting.Key.ToUpperInvariant())
            {
                case "CALLERS": Names(setting, setting.Value, policy.RequireCaller, errors); break;
                case "ROLES": Names(setting, setting.Value, policy.RequireRole, errors); break;
                case "CLAIMS":
                    foreach (var claim in setting.GetChildren())
                    {
                        Names(claim, claim.Value, values => policy.RequireClaim(claim.Key, values), errors);
                    }
                    break;
                case "AUTHENTICATED": Flag(setting, policy.RequireAuthenticated, errors); break;
                case "ANYONE": Flag(setting, policy.AllowAnyone, errors); break;
                case "TRUSTQUEUES": Flag(setting, policy.TrustQueues, errors); break;
                default:
                    errors.Add($"{setting.Path} is not known; a policy has Callers, Roles, Claims, Authenticated, Anyone and TrustQueues.");
                    break;
            }
        }

        return policy;
    }

    private static void Names(IConfigurationSection setting, string? text, Func<string[], CallPolicy> add, List<string> errors)
    {
        // A list as JSON has it, or one text with commas.
        var names = text is null
            ? setting.GetChildren().Select(child => child.Value ?? "").ToArray()
            : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || names.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add($"{setting.Path} names nobody; write names with commas between them.");
        }
        else
        {
            add(names);
        }
    }

    private static void Flag(IConfigurationSection setting, Func<CallPolicy> add, List<string> errors)
    {
        // "false" would read as if something that is said elsewhere were taken back.
        if (setting.Value is { } text && bool.TryParse(text, out var flag) && flag) add();
        else errors.Add($"{setting.Path} must be true, or not be there; it is '{setting.Value}'.");
    }
}
