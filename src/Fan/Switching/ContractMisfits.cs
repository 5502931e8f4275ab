using Fan.Discovery;
using Fan.Shapes;

namespace Fan.Switching;

/// <summary>What callers that were built with one version of a service provably can't call of another one.</summary>
internal static class ContractMisfits
{
    /// <param name="built">What an endpoint of the callers' version publishes.</param>
    /// <param name="builtVersion">That version.</param>
    /// <param name="offered">What an endpoint of the other one publishes.</param>
    /// <param name="offeredVersion">That version.</param>
    /// <returns>A clause for each method; empty where nothing can be proven.</returns>
    public static List<string> Find(EndpointDescription built, string builtVersion, EndpointDescription offered, string offeredVersion)
    {
        var misfits = new List<string>();
        if (offered.TakesAnyMethod) return misfits;
        // What publishes no fingerprints is not Fan's, and its methods say too little.
        foreach (var method in built.Methods.Where(method => method.Fingerprint is not null))
        {
            if (offered.Methods.FirstOrDefault(other => other.Name == method.Name) is not { } other)
            {
                misfits.Add($"it has no method {method.Name}");
                continue;
            }

            if (other.Fingerprint is null || other.Fingerprint == method.Fingerprint) continue;
            var why = new List<string>();
            var fit = MethodFit.Of(
                PublishedContract.Of(method),
                built.Types,
                PublishedContract.Of(other),
                offered.Types,
                new Sides(builtVersion, offeredVersion, ServiceIsNewer: true),
                why);
            if (fit == Fit.None) misfits.Add($"{method.Name} ({string.Join("; ", why)})");
        }

        return misfits;
    }
}
