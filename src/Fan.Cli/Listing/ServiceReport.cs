using Fan.Cli.Arguments;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Shapes;

namespace Fan.Cli.Listing;

/// <summary>All that is known of one service.</summary>
internal sealed record ServiceReport
{
    public required string Service { get; init; }

    public string? Template { get; init; }

    /// <summary>The highest first.</summary>
    public required IReadOnlyList<VersionReport> Versions { get; init; }

    /// <summary>Nodes of the service that can't be used.</summary>
    public required IReadOnlyList<ProblemReport> Problems { get; init; }

    /// <summary>The report of a service that must be there.</summary>
    /// <exception cref="NoSuchServiceException">It is not registered; the error hints at names like it.</exception>
    public static ServiceReport Require(string service, EndpointListing listing)
    {
        if (Of(service, listing) is { } report) return report;
        var error = new NoSuchServiceException(service, $"No service '{service}' is registered.");
        CallHints.AddNearest(error, listing);
        throw error;
    }

    /// <summary>Null where nothing at all is known of it.</summary>
    public static ServiceReport? Of(string service, EndpointListing listing)
    {
        var path = EndpointPath.Service(service);
        var endpoints = listing.Endpoints.Where(endpoint => endpoint.Service == service).ToList();
        var barriers = listing.Barriers.Where(barrier => StorePath.Parent(barrier) == path)
            .Select(StorePath.Name)
            .ToHashSet(StringComparer.Ordinal);
        var problems = listing.Problems.Where(problem => StorePath.Parent(StorePath.Parent(problem.Path)) == path)
            .Select(problem => new ProblemReport(problem.Path, problem.Reason)).ToList();
        if (endpoints.Count == 0 && barriers.Count == 0 && problems.Count == 0) return null;
        var live = endpoints.GroupBy(endpoint => endpoint.Version, StringComparer.Ordinal)
            .Select(group => VersionReport.Of(group.Key, [.. group], barriers.Contains(group.Key)));
        var waiting = barriers.Where(version => endpoints.TrueForAll(endpoint => endpoint.Version != version))
            .Select(version => VersionReport.Of(version, [], hasBarrier: true));
        return new ServiceReport
        {
            Service = service,
            Template = ServiceSummary.TemplateOf(endpoints),
            Versions = [.. live.Concat(waiting)],
            Problems = problems,
        };
    }
}

/// <summary>A node that can't be used.</summary>
internal sealed record ProblemReport(string Path, string Reason);

/// <summary>One version of a service.</summary>
internal sealed record VersionReport
{
    public required string Version { get; init; }

    /// <summary>The service that it stands before, where it is a proxy: it has the methods of that.</summary>
    public string? Before { get; init; }

    /// <summary>Whether a barrier holds registrations of it back.</summary>
    public required bool Barrier { get; init; }

    public required IReadOnlyList<EndpointReport> Endpoints { get; init; }

    public required IReadOnlyList<MethodReport> Methods { get; init; }

    /// <summary>Whether an endpoint of it does not say what its methods are, so that any may be called.</summary>
    public bool TakesAnyMethod { get; init; }

    /// <summary>What the types of its methods contain, as published.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Types { get; init; }

    /// <summary>Methods that its endpoints do not describe alike: several builds call themselves by one version.</summary>
    public required IReadOnlyList<string> Differing { get; init; }

    public ContractShape Shape(string service) => new(
        service,
        Version,
        [.. Methods.Select(method => new MethodShape(method.Name, method.Kind, method.Parameters, method.Result, method.Idempotent, null))],
        Types);

    public static VersionReport Of(string version, IReadOnlyList<Endpoint> endpoints, bool hasBarrier)
    {
        var methods = endpoints
            .SelectMany(endpoint => endpoint.Description.Methods.DistinctBy(method => method.Name, StringComparer.Ordinal))
            .GroupBy(method => method.Name, StringComparer.Ordinal).ToList();
        return new VersionReport
        {
            Version = version,
            Before = endpoints.Select(endpoint => endpoint.Before).FirstOrDefault(before => before is not null),
            Barrier = hasBarrier,
            TakesAnyMethod = endpoints.Any(endpoint => endpoint.Description.TakesAnyMethod),
            Endpoints = [.. endpoints.Select(EndpointReport.Of)],
            Methods = [.. methods.OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => MethodReport.Of(group.First()))],
            Types = endpoints.Select(endpoint => endpoint.Description.Types).FirstOrDefault(types => types.Count > 0)
                ?? new Dictionary<string, IReadOnlyList<string>>(),
            Differing = [.. methods.Where(group => group.Count() < endpoints.Count(endpoint => !endpoint.Description.TakesAnyMethod)
                || group.Select(method => method.Fingerprint).Distinct(StringComparer.Ordinal).Count() > 1)
                .Select(group => group.Key).Order(StringComparer.Ordinal)],
        };
    }
}

/// <summary>One endpoint.</summary>
internal sealed record EndpointReport(
    string? Address, string Transport, string? Application, DateTimeOffset? Since, bool IsFan, string Node)
{
    public static EndpointReport Of(Endpoint endpoint)
    {
        var description = endpoint.Description;
        var address = description.Host is null ? null : description.Port > 0 ? $"{description.Host}:{description.Port}" : description.Host;
        return new EndpointReport(
            address, description.Transport, description.Application, description.Since, description.IsFan, endpoint.Id);
    }
}

/// <summary>One method.</summary>
internal sealed record MethodReport
{
    public required string Name { get; init; }

    /// <summary>rpc, push or stream.</summary>
    public required string Kind { get; init; }

    /// <summary>As published: <c>name: type</c>, with <c>?</c> after an optional name; null where it is not.</summary>
    public IReadOnlyList<string>? Parameters { get; init; }

    public string? Result { get; init; }

    public string? Verb { get; init; }

    public string? Url { get; init; }

    public string? Fingerprint { get; init; }

    public bool Idempotent { get; init; }

    public string? Summary { get; init; }

    public string Signature => $"{Name}({(Parameters is null ? "…" : string.Join(", ", Parameters))})";

    public static MethodReport Of(EndpointMethod method) => new()
    {
        Name = method.Name,
        Kind = method.Kind.ToString().ToLowerInvariant(),
        Parameters = method.Parameters,
        Result = method.Result,
        Verb = method.Url is null ? null : method.Verb,
        Url = method.Url,
        Fingerprint = method.Fingerprint,
        Idempotent = method.Idempotent,
        Summary = method.Summary,
    };
}
