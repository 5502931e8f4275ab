namespace Fan;

/// <summary>
/// The worker that was asked does not own the shard of the call; nothing was done. Callers go on to the owner by themselves, so it is seen
/// only where the time of the call is over. Wire code <c>shard_moved</c>.
/// </summary>
public sealed class ShardMovedException(string service, int shard, string message)
    : FanException(ErrorCodes.ShardMoved, message)
{
    /// <summary>The service.</summary>
    public string Service { get; } = service;

    /// <summary>The shard, from 0.</summary>
    public int Shard { get; } = shard;
}
