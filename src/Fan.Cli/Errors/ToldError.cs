using Fan.Messaging;

namespace Fan.Cli.Errors;

/// <summary>An error as the tool tells it; its members are those of the wire.</summary>
internal sealed record ToldError
{
    /// <summary>A wire code, or the tool's own: usage, store_unavailable, unexpected.</summary>
    public required string Code { get; init; }

    public required string Message { get; init; }

    public string? Hint { get; init; }

    public string? TraceId { get; init; }

    public string? Service { get; init; }

    public string? Method { get; init; }

    public string? Requested { get; init; }

    public IReadOnlyList<string>? Available { get; init; }

    public string? Place { get; init; }

    public string? ErrorType { get; init; }

    public long? RetryAfterMs { get; init; }

    /// <summary>Why a commit was refused.</summary>
    public IReadOnlyList<string>? Reasons { get; init; }

    /// <summary>The commit that is made but not applied everywhere.</summary>
    public long? Commit { get; init; }

    /// <summary>The applications that have not applied it.</summary>
    public IReadOnlyList<string>? WaitsFor { get; init; }

    public static ToldError From(WireError error, string? hint) => new()
    {
        Code = error.Code,
        Message = error.Code switch
        {
            ErrorCodes.RemoteFailure => $"The service failed: {error.Type}: {error.Message}",
            ErrorCodes.Fault => $"The service says {error.Type}: {error.Message}",
            ErrorCodes.Cancelled => "The service cancelled the call.",
            _ => error.Message,
        },
        Hint = hint,
        TraceId = error.TraceId,
        Service = error.Service,
        Method = error.Method,
        Requested = error.Requested,
        Available = error.Available,
        Place = error.Place,
        ErrorType = error.Type,
        RetryAfterMs = error.RetryAfterMilliseconds,
    };
}
