namespace Fan.ZooKeeper.Client;

/// <summary>What a server answers, as numbered by ZooKeeper. Others than these exist and are passed on as their number.</summary>
internal enum ErrorCode
{
    Ok = 0,

    /// <summary>In the reply to a multi: not tried, because another operation of it failed.</summary>
    RuntimeInconsistency = -2,
    Unimplemented = -6,
    BadArguments = -8,
    NoNode = -101,
    NoAuth = -102,
    BadVersion = -103,
    NoChildrenForEphemerals = -108,
    NodeExists = -110,
    NotEmpty = -111,
    SessionExpired = -112,
    InvalidAcl = -114,
    AuthFailed = -115,
    SessionMoved = -118,
    NotReadOnly = -119,
    NoWatcher = -121,
    SaslRequired = -124,
    QuotaExceeded = -125,
    Throttled = -127,
}
