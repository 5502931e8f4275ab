namespace Fan.Proxies;

/// <summary>Where a proxy sends a call, and what it changes in it. What is not said stays as it came. Immutable.</summary>
public sealed record ProxyTarget
{
    /// <summary>
    /// The service, without brackets; null is the one that the proxy stands before, whose route to the proxy is not followed again.
    /// </summary>
    public string? Service { get; init; }

    /// <summary>
    /// The versions, npm-style, of which the highest that lives is taken, whatever the route says. Null: what the caller accepts, by the
    /// shares of the route.
    /// </summary>
    public string? Version { get; init; }

    /// <summary>The wire name of the method.</summary>
    public string? Method { get; init; }

    /// <summary>The arguments, as a JSON object.</summary>
    public ReadOnlyMemory<byte>? Payload { get; init; }

    /// <summary>The shard keys.</summary>
    public IReadOnlyList<string>? ShardKeys { get; init; }

    /// <summary>The longest that it may take, within what is left of the caller's time.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The service behind the proxy, in these versions.</summary>
    public static ProxyTarget OfVersion(string range) => new() { Version = range };
}
