namespace Fan.Http.Tests;

/// <summary>One exception of each kind that an implementation can throw.</summary>
internal static class Failures
{
    public static readonly string[] Kinds =
    [
        "no_such_service", "no_matching_version", "no_such_method", "bad_argument", "deadline_exceeded", "circuit_open", "unavailable", "limit_exceeded", "bad_message", "fault", "other",
    ];

    public static Exception Create(string kind) => kind switch
    {
        "no_such_service" => new NoSuchServiceException("stock", "no stock"),
        "no_matching_version" => new NoMatchingVersionException("stock", "^2", ["1.0.0", "1.1.0"], "no such version"),
        "no_such_method" => new NoSuchMethodException("stock", "count", ["add"], "no such method"),
        "bad_argument" => new BadArgumentException("how", "not like this: žluťoučký"),
        "deadline_exceeded" => new DeadlineExceededException("too late"),
        "circuit_open" => new CircuitOpenException("stock", TimeSpan.FromMilliseconds(1500), "open"),
        "unavailable" => new ServiceUnavailableException("stock", "gone"),
        "limit_exceeded" => new LimitExceededException("MaxThings", "too many"),
        "bad_message" => new BadMessageException("place", "bad"),
        "fault" => new ServiceFaultException("out_of_stock", "none left"),
        _ => new InvalidOperationException("broken: " + kind),
    };
}
