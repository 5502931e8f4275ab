namespace Fan.Conformance.Transports;

/// <summary>One exception of each kind that an implementation can throw.</summary>
public static class Failures
{
    public static TheoryData<string> Kinds =>
    [
        "no_such_service", "no_matching_version", "no_such_method", "bad_argument", "deadline_exceeded", "circuit_open", "unavailable",
        "limit_exceeded", "bad_message", "remote_failure", "fault", "not_authenticated", "access_denied", "other",
    ];

    public static Exception Create(string kind) => kind switch
    {
        "no_such_service" => new NoSuchServiceException("stock", "no stock"),
        "no_matching_version" => new NoMatchingVersionException("stock", "^2", ["1.0.0", "1.1.0"], "no such version"),
        "no_such_method" => new NoSuchMethodException("stock", "count", ["add"], "no such method"),
        "bad_argument" => new BadArgumentException("how.much", "not like this: žluťoučký \"kůň\""),
        "deadline_exceeded" => new DeadlineExceededException("too late"),
        "circuit_open" => new CircuitOpenException("stock", TimeSpan.FromMilliseconds(1500), "open"),
        "unavailable" => new ServiceUnavailableException("stock", "gone"),
        "limit_exceeded" => new LimitExceededException("MaxThings", "too many"),
        "bad_message" => new BadMessageException("place", "bad"),
        "remote_failure" => new RemoteFailureException("Some.Type", "broken elsewhere"),
        "not_authenticated" => new NotAuthenticatedException("stock", "count", "who is it"),
        "access_denied" => new AccessDeniedException("stock", "count", "not you"),
        "fault" => new ServiceFaultException("out_of_stock", "none left"),
        _ => new InvalidOperationException("broken: " + kind),
    };

    /// <summary>What a caller can read of an exception, in one comparable text.</summary>
    public static string Describe(Exception error) => error switch
    {
        NoSuchServiceException e => Text(e, e.Service),
        NoMatchingVersionException e => Text(e, e.Service, e.Requested, string.Join(' ', e.Available)),
        NoSuchMethodException e => Text(e, e.Service, e.Method, string.Join(' ', e.Available)),
        BadArgumentException e => Text(e, e.Argument),
        CircuitOpenException e => Text(e, e.Service, e.RetryAfter.ToString()),
        ServiceUnavailableException e => Text(e, e.Service),
        LimitExceededException e => Text(e, e.Limit),
        BadMessageException e => Text(e, e.Place),
        RemoteFailureException e => Text(e, e.RemoteType),
        NotAuthenticatedException e => Text(e, e.Service, e.Method),
        AccessDeniedException e => Text(e, e.Service, e.Method),
        ServiceFaultException e => Text(e, e.Fault),
        FanException e => Text(e),
        _ => Text(error),
    };

    private static string Text(Exception error, params string[] members) =>
        $"{error.GetType().Name}: {error.Message} [{string.Join(", ", members)}]";
}
