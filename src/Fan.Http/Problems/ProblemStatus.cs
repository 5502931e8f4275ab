using Fan.Messaging;
using Fan.Queues;
using Microsoft.AspNetCore.Http;

namespace Fan.Http.Problems;

/// <summary>The one table from Fan's wire codes to HTTP statuses and titles.</summary>
internal static class ProblemStatus
{
    /// <summary>The de-facto status for a request that its client gave up.</summary>
    private const int ClientClosedRequest = 499;

    public static int For(WireError error) => error.Code switch
    {
        ErrorCodes.NoSuchService or ErrorCodes.NoMatchingVersion or ErrorCodes.NoSuchMethod => StatusCodes.Status404NotFound,
        ErrorCodes.ContractMismatch => StatusCodes.Status502BadGateway,
        ErrorCodes.BadArgument => StatusCodes.Status400BadRequest,
        ErrorCodes.BadMessage when error.Place is "content-type" or "content-encoding" => StatusCodes.Status415UnsupportedMediaType,
        ErrorCodes.BadMessage => StatusCodes.Status400BadRequest,
        ErrorCodes.LimitExceeded when error.Place is nameof(FanLimits.MaxHeaders) or nameof(FanLimits.MaxHeaderBytes) =>
            StatusCodes.Status431RequestHeaderFieldsTooLarge,
        ErrorCodes.LimitExceeded when error.Place is nameof(QueuePolicy.MaxMessages) => StatusCodes.Status429TooManyRequests,
        ErrorCodes.LimitExceeded => StatusCodes.Status413PayloadTooLarge,
        ErrorCodes.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        ErrorCodes.CircuitOpen or ErrorCodes.Unavailable or ErrorCodes.LeaseLost => StatusCodes.Status503ServiceUnavailable,
        ErrorCodes.SnapshotGone => StatusCodes.Status409Conflict,
        ErrorCodes.ShardMoved => StatusCodes.Status421MisdirectedRequest,
        ErrorCodes.NotAuthenticated => StatusCodes.Status401Unauthorized,
        ErrorCodes.AccessDenied => StatusCodes.Status403Forbidden,
        ErrorCodes.Fault => StatusCodes.Status422UnprocessableEntity,
        ErrorCodes.Cancelled => ClientClosedRequest,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static string Title(string code) => code switch
    {
        ErrorCodes.NoSuchService => "No such service",
        ErrorCodes.NoMatchingVersion => "No matching version",
        ErrorCodes.NoSuchMethod => "No such method",
        ErrorCodes.ContractMismatch => "Contract mismatch",
        ErrorCodes.BadArgument => "Bad argument",
        ErrorCodes.BadMessage => "Bad message",
        ErrorCodes.LimitExceeded => "Limit exceeded",
        ErrorCodes.DeadlineExceeded => "Deadline exceeded",
        ErrorCodes.CircuitOpen => "Circuit open",
        ErrorCodes.Unavailable => "Service unavailable",
        ErrorCodes.SnapshotGone => "Snapshot gone",
        ErrorCodes.ShardMoved => "Shard moved",
        ErrorCodes.NotAuthenticated => "Not authenticated",
        ErrorCodes.AccessDenied => "Access denied",
        ErrorCodes.LeaseLost => "Lease lost",
        ErrorCodes.Fault => "Fault",
        ErrorCodes.Cancelled => "Cancelled",
        _ => "The service failed",
    };
}
