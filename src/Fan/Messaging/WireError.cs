using System.Globalization;

namespace Fan.Messaging;

/// <summary>
/// An error as it travels: flat, the same members on every transport, and bounded however long what it was made of is. Immutable.
/// </summary>
public sealed record WireError
{
    // All members together stay below what a frame of ipc takes (64 KiB), were each character three bytes of UTF-8.
    private const int MaxName = 256;
    private const int MaxPlace = 512;
    private const int MaxAvailable = 4096;

    // The place of what an endpoint lacks itself, which is never the answer of the service's own code.
    private const string OfEndpoint = "endpoint";

    /// <summary>One of <see cref="ErrorCodes"/>.</summary>
    public required string Code { get; init => field = ExceptionText.Cut(value, MaxName); }

    /// <summary>What happened and what to do, for people. At most 8,192 characters.</summary>
    public required string Message { get; init => field = ExceptionText.Cut(value, ExceptionText.MaxMessage); }

    /// <summary>The W3C trace id of the failed call.</summary>
    public string? TraceId { get; init => field = Bounded(value, MaxName); }

    /// <summary>The service that was asked for.</summary>
    public string? Service { get; init => field = Bounded(value, MaxName); }

    /// <summary>The method that was asked for.</summary>
    public string? Method { get; init => field = Bounded(value, MaxName); }

    /// <summary>The version range that was asked for.</summary>
    public string? Requested { get; init => field = Bounded(value, MaxName); }

    /// <summary>What there is instead: versions or methods; as many as 4,096 characters have room for.</summary>
    public IReadOnlyList<string>? Available { get; init => field = Bounded(value); }

    /// <summary>
    /// The argument, header or limit that the error is about; <c>endpoint</c> where the one that answers lacks the service or the method.
    /// </summary>
    public string? Place { get; init => field = Bounded(value, MaxPlace); }

    /// <summary>The exception type of a failed implementation, or the service's own fault code.</summary>
    public string? Type { get; init => field = Bounded(value, ExceptionText.MaxType); }

    /// <summary>When another attempt is allowed, in milliseconds from now.</summary>
    public long? RetryAfterMilliseconds { get; init; }

    /// <summary>
    /// Describes an exception for the other side, whatever its members do. The message of an exception that is not Fan's own is included;
    /// its stack never is.
    /// </summary>
    public static WireError From(Exception error, string? traceId = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var message = ExceptionText.MessageOf(error);
        var described = error switch
        {
            FanException { Code.Length: > 0 } fan => From(fan, message),
            OperationCanceledException => new WireError { Code = ErrorCodes.Cancelled, Message = message },
            _ => new WireError { Code = ErrorCodes.RemoteFailure, Message = message, Type = ExceptionText.TypeOf(error) },
        };
        var id = (error as FanException)?.TraceId ?? traceId;
        return id is null ? described : described with { TraceId = id };
    }

    /// <summary>The exception that a local call would have thrown.</summary>
    public Exception ToException() => Code switch
    {
        ErrorCodes.NoSuchService =>
            new NoSuchServiceException(Service ?? "", Message) { TraceId = TraceId, IsOfEndpoint = Place == OfEndpoint },
        ErrorCodes.NoMatchingVersion =>
            new NoMatchingVersionException(Service ?? "", Requested ?? "", Available ?? [], Message) { TraceId = TraceId },
        ErrorCodes.NoSuchMethod => new NoSuchMethodException(
            Service ?? "", Method ?? "", Available ?? [], Message)
        {
            TraceId = TraceId,
            IsOfEndpoint = Place == OfEndpoint
        },
        ErrorCodes.ContractMismatch => new ContractMismatchException(
            Service ?? "", Method ?? "", Requested ?? "", Available is { Count: > 0 } published ? published[0] : "", Message)
        {
            TraceId = TraceId
        },
        ErrorCodes.CircuitOpen => new CircuitOpenException(
            Service ?? "", TimeSpan.FromMilliseconds(Math.Clamp(RetryAfterMilliseconds ?? 0, 0, int.MaxValue)), Message)
        {
            TraceId = TraceId
        },
        ErrorCodes.Unavailable => new ServiceUnavailableException(Service ?? "", Message) { TraceId = TraceId },
        ErrorCodes.BadArgument => new BadArgumentException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.BadMessage => new BadMessageException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.LimitExceeded => new LimitExceededException(Place ?? "", Message) { TraceId = TraceId },
        ErrorCodes.DeadlineExceeded => new DeadlineExceededException(Message) { TraceId = TraceId },
        ErrorCodes.SnapshotGone => new SnapshotGoneException(
            Number(Requested), Number(Available is { Count: > 0 } known ? known[0] : null), Message)
        {
            TraceId = TraceId
        },
        ErrorCodes.ShardMoved => new ShardMovedException(Service ?? "", (int)Number(Requested), Message) { TraceId = TraceId },
        ErrorCodes.NotAuthenticated => new NotAuthenticatedException(Service ?? "", Method ?? "", Message) { TraceId = TraceId },
        ErrorCodes.AccessDenied => new AccessDeniedException(Service ?? "", Method ?? "", Message) { TraceId = TraceId },
        ErrorCodes.LeaseLost => new LeaseLostException(Service ?? "", Message) { TraceId = TraceId },
        ErrorCodes.Fault => new ServiceFaultException(Type ?? "", Message) { TraceId = TraceId },
        ErrorCodes.Cancelled => new OperationCanceledException(Message),
        _ => new RemoteFailureException(Type ?? Code, Message) { TraceId = TraceId },
    };

    private static WireError From(FanException error, string message) => error switch
    {
        NoSuchServiceException e =>
            new WireError { Code = e.Code, Message = message, Service = e.Service, Place = e.IsOfEndpoint ? OfEndpoint : null },
        NoMatchingVersionException e =>
            new WireError { Code = e.Code, Message = message, Service = e.Service, Requested = e.Requested, Available = e.Available },
        NoSuchMethodException e => new WireError
        {
            Code = e.Code,
            Message = message,
            Service = e.Service,
            Method = e.Method,
            Available = e.Available,
            Place = e.IsOfEndpoint ? OfEndpoint : null
        },
        ContractMismatchException e => new WireError
        {
            Code = e.Code,
            Message = message,
            Service = e.Service,
            Method = e.Method,
            Requested = e.CallerFingerprint,
            Available = [e.EndpointFingerprint]
        },
        CircuitOpenException e => new WireError
        {
            Code = e.Code,
            Message = message,
            Service = e.Service,
            RetryAfterMilliseconds = (long)e.RetryAfter.TotalMilliseconds
        },
        ServiceUnavailableException e => new WireError { Code = e.Code, Message = message, Service = e.Service },
        BadArgumentException e => new WireError { Code = e.Code, Message = message, Place = e.Argument },
        BadMessageException e => new WireError { Code = e.Code, Message = message, Place = e.Place },
        LimitExceededException e => new WireError { Code = e.Code, Message = message, Place = e.Limit },
        RemoteFailureException e => new WireError { Code = e.Code, Message = message, Type = e.RemoteType },
        ServiceFaultException e => new WireError { Code = e.Code, Message = message, Type = e.Fault },
        SnapshotGoneException e =>
            new WireError { Code = e.Code, Message = message, Requested = Text(e.Snapshot), Available = [Text(e.Newest)] },
        NotAuthenticatedException e => new WireError { Code = e.Code, Message = message, Service = e.Service, Method = e.Method },
        AccessDeniedException e => new WireError { Code = e.Code, Message = message, Service = e.Service, Method = e.Method },
        ShardMovedException e => new WireError { Code = e.Code, Message = message, Service = e.Service, Requested = Text(e.Shard) },
        LeaseLostException e => new WireError { Code = e.Code, Message = message, Service = e.Service },
        _ => new WireError { Code = error.Code, Message = message },
    };

    private static string? Bounded(string? text, int most) => text is null ? null : ExceptionText.Cut(text, most);

    private static List<string>? Bounded(IReadOnlyList<string>? texts)
    {
        if (texts is null) return null;
        var (bounded, left) = (new List<string>(), MaxAvailable);
        foreach (var text in texts)
        {
            var cut = ExceptionText.Cut(text, MaxName);
            // Each costs its head too.
            if ((left -= cut.Length + 4) < 0) break;
            bounded.Add(cut);
        }

        return bounded;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
