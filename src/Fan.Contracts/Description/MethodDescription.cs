namespace Fan;

/// <summary>What is known of a method without calling it.</summary>
public sealed record MethodDescription
{
    /// <summary>The wire name, snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>The name in the source.</summary>
    public required string ClrName { get; init; }

    /// <summary>The shape on the wire.</summary>
    public required MethodKind Kind { get; init; }

    /// <summary>The arguments in order, without the cancellation token. At most 64.</summary>
    public required IReadOnlyList<ParameterDescription> Parameters { get; init; }

    /// <summary>The type of the reply, or of one item of it; <see cref="Generated.Unit"/> where there is none.</summary>
    public required Type ResultType { get; init; }

    /// <summary>Whether the reply may be null.</summary>
    public bool ResultAllowsNull { get; init; }

    /// <summary>The result as it stands in a contract's normal form, e.g. <c>Wine?</c>; null where there is none or nobody told.</summary>
    public string? ResultShape { get; init; }

    /// <summary>16 hex digits that change whenever the name, an argument, the result or a member of their types does.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Whether a second sending is harmless.</summary>
    public bool Idempotent { get; init; }

    /// <summary>
    /// The longest that a call may take when the caller says nothing; null takes the application's default,
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> sets no limit.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The method's own HTTP form, where it has one.</summary>
    public HttpRoute? Http { get; init; }

    /// <summary>The first sentence of its documentation, where there is one.</summary>
    public string? Summary { get; init; }
}
