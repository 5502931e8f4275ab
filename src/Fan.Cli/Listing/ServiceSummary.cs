using Fan.Discovery;

namespace Fan.Cli.Listing;

/// <summary>A service in one line.</summary>
internal sealed record ServiceSummary
{
    /// <summary>The name, without brackets.</summary>
    public required string Service { get; init; }

    /// <summary>The name with its shard keys, where it has any.</summary>
    public string? Template { get; init; }

    /// <summary>The versions, the highest first.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    public required int Endpoints { get; init; }

    public required IReadOnlyList<string> Transports { get; init; }

    public required IReadOnlyList<string> Applications { get; init; }

    public static IReadOnlyList<ServiceSummary> Of(IEnumerable<Endpoint> endpoints) =>
        [.. endpoints.GroupBy(endpoint => endpoint.Service, StringComparer.Ordinal).Select(group => new ServiceSummary
        {
            Service = group.Key,
            Template = TemplateOf(group),
            Versions = [.. group.Select(endpoint => endpoint.Version).Distinct(StringComparer.Ordinal)],
            Endpoints = group.Count(),
            Transports = Texts(group.Select(endpoint => endpoint.Description.Transport)),
            Applications = Texts(group.Select(endpoint => endpoint.Description.Application)),
        })];

    /// <summary>The name with shard keys that the endpoints tell, if it is one of this service.</summary>
    public static string? TemplateOf(IEnumerable<Endpoint> endpoints) => endpoints
        .Select(endpoint => ServiceName.TryParse(endpoint.Description.Template, out var name, out _) && name.Canonical == endpoint.Service
            ? name.Template
            : null)
        .FirstOrDefault(template => template is not null);

    private static IReadOnlyList<string> Texts(IEnumerable<string?> texts) =>
        [.. texts.OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
