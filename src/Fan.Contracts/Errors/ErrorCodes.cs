namespace Fan;

/// <summary>The wire codes of Fan's errors. They never change meaning.</summary>
public static class ErrorCodes
{
    /// <summary><see cref="NoSuchServiceException"/></summary>
    public const string NoSuchService = "no_such_service";

    /// <summary><see cref="NoMatchingVersionException"/></summary>
    public const string NoMatchingVersion = "no_matching_version";

    /// <summary><see cref="NoSuchMethodException"/></summary>
    public const string NoSuchMethod = "no_such_method";

    /// <summary><see cref="ContractMismatchException"/></summary>
    public const string ContractMismatch = "contract_mismatch";

    /// <summary><see cref="BadArgumentException"/></summary>
    public const string BadArgument = "bad_argument";

    /// <summary><see cref="DeadlineExceededException"/></summary>
    public const string DeadlineExceeded = "deadline_exceeded";

    /// <summary><see cref="CircuitOpenException"/></summary>
    public const string CircuitOpen = "circuit_open";

    /// <summary><see cref="ServiceUnavailableException"/></summary>
    public const string Unavailable = "unavailable";

    /// <summary><see cref="LimitExceededException"/></summary>
    public const string LimitExceeded = "limit_exceeded";

    /// <summary><see cref="BadMessageException"/></summary>
    public const string BadMessage = "bad_message";

    /// <summary><see cref="RemoteFailureException"/></summary>
    public const string RemoteFailure = "remote_failure";

    /// <summary><see cref="ServiceFaultException"/></summary>
    public const string Fault = "fault";

    /// <summary><see cref="SnapshotGoneException"/></summary>
    public const string SnapshotGone = "snapshot_gone";

    /// <summary><see cref="ShardMovedException"/></summary>
    public const string ShardMoved = "shard_moved";

    /// <summary><see cref="NotAuthenticatedException"/></summary>
    public const string NotAuthenticated = "not_authenticated";

    /// <summary><see cref="AccessDeniedException"/></summary>
    public const string AccessDenied = "access_denied";

    /// <summary><see cref="LeaseLostException"/></summary>
    public const string LeaseLost = "lease_lost";

    /// <summary>The caller went away or cancelled; an <see cref="OperationCanceledException"/> at both ends.</summary>
    public const string Cancelled = "cancelled";
}
