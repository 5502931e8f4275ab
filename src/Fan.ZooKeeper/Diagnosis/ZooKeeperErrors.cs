using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper.Diagnosis;

/// <summary>What the client reports, as what a store reports: what happened, and what is to be done.</summary>
internal static class ZooKeeperErrors
{
    public static Exception Explain(string store, ZooKeeperException error) => error switch
    {
        RefusedException refused when Conflict(refused.Code) is { } conflict =>
            new StoreConflictException(refused.Index, refused.Path, conflict),
        RefusedException refused =>
            new StoreUnavailableException($"The store '{store}' refused the request on '{refused.Path}': {Why(refused.Code)}.", error),
        ConnectionLossException => new StoreUnavailableException(
            $"The connection with '{store}' broke before the answer came; whether a write was done is unknown. {error.Message}", error),
        NoStoreException => new StoreUnavailableException(error.Message, error),
        NotConnectedException => new StoreUnavailableException($"The store '{store}' can't be reached: {error.Message}", error),
        PacketTooLargeException => new StoreUnavailableException($"The store '{store}': {error.Message}", error),
        _ => new StoreUnavailableException($"The store '{store}' can't be used: {error.Message}", error),
    };

    private static StoreConflict? Conflict(ErrorCode code) => code switch
    {
        ErrorCode.NodeExists => StoreConflict.NodeExists,
        ErrorCode.NoNode => StoreConflict.NoNode,
        ErrorCode.BadVersion => StoreConflict.BadVersion,
        ErrorCode.NotEmpty => StoreConflict.NotEmpty,
        ErrorCode.NoChildrenForEphemerals => StoreConflict.EphemeralParent,
        _ => null,
    };

    private static string Why(ErrorCode code) => code switch
    {
        ErrorCode.NoAuth => "the access list of the node, or of its parent, does not allow it to these credentials",
        ErrorCode.InvalidAcl => "the access list (Fan:ZooKeeper:Acl) is not valid for these credentials",
        ErrorCode.AuthFailed or ErrorCode.SaslRequired => "the servers do not accept these credentials",
        ErrorCode.NotReadOnly => "the server is read-only for now",
        ErrorCode.QuotaExceeded => "the quota of a node above it is used up",
        ErrorCode.Throttled => "the server has too much to do",
        ErrorCode.Unimplemented => "the servers do not know this kind of request; ZooKeeper 3.6 or later is needed",
        ErrorCode.BadArguments => "the servers find its arguments invalid",
        _ => $"error {(int)code}",
    };
}
