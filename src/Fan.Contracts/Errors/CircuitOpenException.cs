namespace Fan;

/// <summary>Every endpoint that could take the call is left out for now, after failures. Wire code <c>circuit_open</c>.</summary>
public sealed class CircuitOpenException(string service, TimeSpan retryAfter, string message)
    : FanException(ErrorCodes.CircuitOpen, message)
{
    /// <summary>The service that was asked for.</summary>
    public string Service { get; } = service;

    /// <summary>When the next attempt is allowed, from now.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
