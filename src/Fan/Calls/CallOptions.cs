namespace Fan;

/// <summary>What a caller asks for in one call by name.</summary>
public sealed record CallOptions
{
    /// <summary>The versions that the caller accepts, npm-style (<c>^1.2</c>, <c>&gt;=2 &lt;3</c>); null takes any release.</summary>
    public string? Version { get; init; }

    /// <summary>The longest that the call may take; null takes the application's default.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The transport that the call must take, e.g. <c>http</c>, whatever the routes say, and also to a service of the same process; null takes what they say.</summary>
    public string? Transport { get; init; }
}
