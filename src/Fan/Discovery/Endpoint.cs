namespace Fan.Discovery;

/// <summary>One live instance of a service version on one transport. Safe from any thread.</summary>
public sealed class Endpoint
{
    /// <summary>The property by which the endpoints of proxies say what they stand before.</summary>
    internal const string ProxyProperty = "proxy";

    private readonly MethodTable _methods;

    internal Endpoint(string id, long incarnation, string service, string version, EndpointDescription description, TimeProvider clock)
    {
        Id = id;
        Incarnation = incarnation;
        Service = service;
        Version = version;
        Description = description;
        Load = new EndpointLoad(clock);
        _methods = description.Methods as MethodTable ?? new MethodTable(description.Methods);
    }

    /// <summary>The path of its node: unique among those that live.</summary>
    public string Id { get; }

    /// <summary>The number of the commit that registered it: tells it from an earlier one that had the same path.</summary>
    public long Incarnation { get; }

    /// <summary>The service, without brackets.</summary>
    public string Service { get; }

    /// <summary>The version as registered.</summary>
    public string Version { get; }

    /// <summary>How it is reached.</summary>
    public EndpointDescription Description { get; }

    /// <summary>
    /// What a client transport keeps with the endpoint, e.g. its parsed address. Only the transport of
    /// <see cref="EndpointDescription.Transport"/> uses it.
    /// </summary>
    public object? TransportState { get; set; }

    /// <summary>The service that it stands before, where it is a proxy's: it takes all methods of that. Null where it is none.</summary>
    internal string? Before => Description.Properties.GetValueOrDefault(ProxyProperty);

    internal EndpointLoad Load { get; }

    /// <summary>
    /// Notes that the endpoint said it is about to end: it gets no more calls while there is another. For client transports.
    /// </summary>
    public void Leave() => Load.Leave();

    /// <summary>
    /// The method of that wire name; null where it has none. Where any may be called, one of which nothing but the name is known.
    /// </summary>
    public EndpointMethod? FindMethod(string name) =>
        _methods.Find(name) ?? (Description.TakesAnyMethod ? new EndpointMethod { Name = name } : null);

    /// <summary>Whether a call of that wire name may be sent there: a proxy takes whatever the service behind it has.</summary>
    internal bool Offers(string method) => _methods.Find(method) is not null || Description.TakesAnyMethod || Before is not null;

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Service} {Version} at {Description.Transport} " +
        $"{(Description.Host is { } host ? $"{host}:{Description.Port}" : Description.Application ?? Id)}";
}
