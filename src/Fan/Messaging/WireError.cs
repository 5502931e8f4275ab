using System.Globalization;

namespace Fan.Messaging;

/// <summary>An error as it travels: flat, the same members on every transport. Immutable.</summary>
public sealed record WireError
{
    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public required string Code { get; init; }

    /// <summary>What happened and what to do, for people.</summary>
    public required string Message { get; init; }

    /// <summary>The W3C trace id of the failed call.</summary>
    public string? TraceId { get; init; }

    /// <summary>The service that was asked for.</summary>
    public string? Service { get; init; }

    /// <summary>The method that was asked for.</summary>
    public string? Method { get; init; }

    /// <summary>The version range that was asked for.</summary>
    public string? Requested { get; init; }

    /// <summary>What there is instead: versions or methods.</summary>
    public IReadOnlyList<string>? Available { get; init; }

    /// <summary>The argument, header or limit that the error is about.</summary>
    public string? Place { get; init; }

    /// <summary>The exception type of a failed implementation, or the service's own fault code.</summary>
    public string? Type { get; init; }

    /// <summary>When another attempt is allowed, in milliseconds from now.</summary>
    public long? RetryAfterMilliseconds { get; init; }

    /// <summary>Describes an exception for the other side. The message of an exception that is not Fan's own is included; its stack never is.</summary>
    public static WireError From(Exception error, string? traceId = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var id = (error as FanException)?.TraceId ?? traceId;
        var described = error switch
        {
            NoSuchServiceException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service },
            NoMatchingVersionException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Requested = e.Requested, Available = e.Available },
            NoSuchMethodException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Method = e.Method, Available = e.Available },
            ContractMismatchException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Method = e.Method, Requested = e.CallerFingerprint, Available = [e.EndpointFingerprint] },
            CircuitOpenException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, RetryAfterMilliseconds = (long)e.RetryAfter.TotalMilliseconds },
            ServiceUnavailableException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service },
            BadArgumentException e => new WireError { Code = e.Code, Message = e.Message, Place = e.Argument },
            BadMessageException e => new WireError { Code = e.Code, Message = e.Message, Place = e.Place },
            LimitExceededException e => new WireError { Code = e.Code, Message = e.Message, Place = e.Limit },
            RemoteFailureException e => new WireError { Code = e.Code, Message = e.Message, Type = e.RemoteType },
            ServiceFaultException e => new WireError { Code = e.Code, Message = e.Message, Type = e.Fault },
            SnapshotGoneException e => new WireError { Code = e.Code, Message = e.Message, Requested = Text(e.Snapshot), Available = [Text(e.Newest)] },
            NotAuthenticatedException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Method = e.Method },
            AccessDeniedException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Method = e.Method },
            ShardMovedException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service, Requested = Text(e.Shard) },
            LeaseLostException e => new WireError { Code = e.Code, Message = e.Message, Service = e.Service },
            FanException e => new WireError { Code = e.Code, Message = e.Message },
            OperationCanceledException e => new WireError { Code = ErrorCodes.Cancelled, Message = e.Message },
            _ => new WireError { Code = ErrorCodes.RemoteFailure, Message = error.Message, Type = error.GetType().FullName ?? error.GetType().Name },
        };
        return id is null ? described : described with { TraceId = id };
    }

    /// <summary>The exception that a local call would have thrown.</summary>
    public Exception ToException() => Code switch
    {
        ErrorCodes.NoSuchService => new NoSuchServiceException(Service ?? "", Message) { TraceId = TraceId },
        ErrorCodes.NoMatchingVersion => new NoMatchingVersionException(Service ?? "", Requested ?? "", Available ?? [], Message) { TraceId = TraceId },
        ErrorCodes.NoSuchMethod => new NoSuchMethodException(Service ?? "", Method ?? "", Available ?? [], Message) { TraceId = TraceId },
        ErrorCodes.ContractMismatch => new ContractMismatchException(Service ?? "", Method ?? "", Requested ?? "", Available is { Count: > 0 } published ? published[0] : "", Message) { TraceId = TraceId },
        ErrorCodes.CircuitOpen => new CircuitOpenException(Service ?? "", TimeSpan.FromMilliseconds(Math.Clamp(RetryAfterMilliseconds ?? 0, 0, int.MaxValue)), Message) { TraceId = TraceId },
        ErrorCodes.Unavailable => new ServiceUnavailableException(Service ?? "", Message) { TraceId = TraceId },
        ErrorCodes.BadArgument => new BadArgumentException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.BadMessage => new BadMessageException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.LimitExceeded => new LimitExceededException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.DeadlineExceeded => new DeadlineExceededException(Message) { TraceId = TraceId },
        ErrorCodes.SnapshotGone => new SnapshotGoneException(Number(Requested), Number(Available is { Count: > 0 } known ? known[0] : null)) { TraceId = TraceId },
        ErrorCodes.ShardMoved => new ShardMovedException(Service ?? "", (int)Number(Requested), Message) { TraceId = TraceId },
        ErrorCodes.NotAuthenticated => new NotAuthenticatedException(Service ?? "", Method ?? "", Message) { TraceId = TraceId },
        ErrorCodes.AccessDenied => new AccessDeniedException(Service ?? "", Method ?? "", Message) { TraceId = TraceId },
        ErrorCodes.LeaseLost => new LeaseLostException(Service ?? "", Message) { TraceId = TraceId },
        ErrorCodes.Fault => new ServiceFaultException(Type ?? "", Message) { TraceId = TraceId },
        ErrorCodes.Cancelled => new OperationCanceledException(Message),
        _ => new RemoteFailureException(Type ?? Code, Message) { TraceId = TraceId },
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
