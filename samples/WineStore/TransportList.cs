using Fan.Context;

namespace WineStore;

/// <summary>Prints over which transport the recorded calls and pushes of each service went.</summary>
internal static class TransportList
{
    public static void Write(TextWriter output, IReadOnlyList<CallSpan> spans)
    {
        var calls = spans.Where(span => span is { Kind: CallSpanKind.Client, Transport: not null })
            .Select(span => (Names: span.Name.Split('/'), span.Transport))
            .ToLookup(call => call.Names[0], call => (Method: call.Names[1], call.Transport), StringComparer.Ordinal);
        foreach (var service in calls.OrderBy(service => service.Key, StringComparer.Ordinal))
        {
            var ways = service.GroupBy(call => call.Transport, call => call.Method)
                .Select(way => $"{way.Key} ({string.Join(", ", way.Distinct())})");
            output.WriteLine($"  {service.Key}: {string.Join(", ", ways)}");
        }
    }
}
