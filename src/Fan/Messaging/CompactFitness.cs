using System.Collections.Concurrent;
using System.Text.Json;
using Fan.Generated;
using Microsoft.Extensions.Logging;

namespace Fan.Messaging;

/// <summary>
/// Which methods may go in the compact form: the generator decided at build time, but metadata given at run time, or members that it could
/// not see, may make something else of their types in JSON. Safe from any thread.
/// </summary>
internal sealed class CompactFitness(JsonSerializerOptions options, ILogger logger)
{
    private readonly ConcurrentDictionary<ServiceMethod, bool> _known = new();
    private readonly JsonMeaning _json = new(options);

    /// <summary>Whether the method has the compact form, and it means what its JSON means in this application.</summary>
    public bool Keeps(ServiceMethod method) => method.IsCompact && (_known.TryGetValue(method, out var keeps) ? keeps : Decide(method));

    private bool Decide(ServiceMethod method)
    {
        var difference = method.CompactTypes.Select(_json.DifferenceOf).FirstOrDefault(found => found is not null);
        // Whoever is first tells; others may have come to the same meanwhile.
        if (_known.TryAdd(method, difference is null) && difference is not null)
        {
            MessagingLog.GoesAsJson(logger, method.FullName, difference);
        }

        return difference is null;
    }
}
