namespace Fan;

/// <summary>What a caller asks for in one call by name.</summary>
public sealed record CallOptions
{
    /// <summary>The versions that the caller accepts, npm-style (<c>^1.2</c>, <c>&gt;=2 &lt;3</c>); null takes any release.</summary>
    public string? Version { get; init; }

    /// <summary>
    /// The longest that the call may take, up to 49 days; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> sets no limit, zero ends
    /// it at once. What is left of an outer call's time bounds it too. Null takes the context's limit
    /// (<see cref="CallContext.WithTimeout"/>), else the method's, else <see cref="FanOptions.DefaultTimeout"/>. Out of the range, the call
    /// throws <see cref="BadArgumentException"/>.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// The transport that the call must take, e.g. <c>http</c>, whatever the routes say, and also to a service of the same process; null
    /// takes what they say.
    /// </summary>
    public string? Transport { get; init; }
}
