using System.Collections.Concurrent;
using Fan.Discovery;
using Fan.Generated;
using Fan.Shapes;

namespace Fan.Calls;

/// <summary>
/// Whether the caller's contract of a method and what an endpoint publishes of it fit: looked at once for each two fingerprints. Safe from
/// any thread.
/// </summary>
internal sealed class ContractAgreements
{
    // Fingerprints come from endpoints: past the bound they are compared anew.
    private const int MaxKept = 1024;
    private const int MaxReasons = 3;

    private readonly ConcurrentDictionary<(string Ours, string Theirs, bool HasTypes), Agreement> _known = new();

    /// <summary>
    /// Whether it is known that each side reads what the other one writes; false where the endpoint does not tell enough.
    /// </summary>
    /// <exception cref="ContractMismatchException">They can't talk.</exception>
    public bool IsKnownToFit(ServiceMethod method, Endpoint endpoint, EndpointMethod published)
    {
        var ours = method.Description.Fingerprint;
        // A caller by name has none, and what is not Fan's publishes none.
        if (ours.Length == 0 || published.Fingerprint is not { } theirs || string.Equals(ours, theirs, StringComparison.Ordinal))
        {
            return true;
        }

        var key = (ours, theirs, endpoint.Description.Types.Count > 0);
        if (!_known.TryGetValue(key, out var agreement))
        {
            agreement = Compare(method, endpoint, published);
            if (_known.Count < MaxKept) _known.TryAdd(key, agreement);
        }

        if (agreement.Fit == Fit.None) throw Mismatch(method, endpoint, theirs, agreement.Why);
        return agreement.Fit != Fit.Unknown;
    }

    private static Agreement Compare(ServiceMethod method, Endpoint endpoint, EndpointMethod published)
    {
        if (method.Contract is not { } contract) return new Agreement(Fit.Unknown, []);
        var why = new List<string>();
        var fit = MethodFit.Of(
            PublishedContract.Of(method.Description),
            contract.Types,
            PublishedContract.Of(published),
            endpoint.Description.Types,
            new Sides("the caller's contract", endpoint.Version, ServiceIsNewer: true),
            why);
        return new Agreement(fit, why);
    }

    private static ContractMismatchException Mismatch(ServiceMethod method, Endpoint endpoint, string theirs, IReadOnlyList<string> why) =>
        new(
            endpoint.Service, method.Name, method.Description.Fingerprint, theirs,
            $"'{endpoint.Service}.{method.Name}' of {endpoint.Version} is not the method that the caller was built with: " +
            $"{string.Join("; ", why.Take(MaxReasons))}{(why.Count > MaxReasons ? "; …" : "")}. " +
            $"Its fingerprint is {theirs}, the caller's is {method.Description.Fingerprint}. Nothing was sent; " +
            $"build the caller with the contract of {endpoint.Version}, or ask for a version that fits.");

    private sealed record Agreement(Fit Fit, IReadOnlyList<string> Why);
}
