namespace Fan;

/// <summary>The base of every error that Fan itself reports. Its <see cref="Code"/> is the same on every transport.</summary>
public abstract class FanException : Exception
{
    /// <summary>Creates the error with its wire code.</summary>
    protected FanException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The wire code, e.g. <c>no_such_service</c>.</summary>
    public string Code { get; }

    /// <summary>The W3C trace id of the call that failed (32 hex digits), where it is known.</summary>
    public string? TraceId { get; init; }
}
