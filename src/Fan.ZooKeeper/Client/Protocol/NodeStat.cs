namespace Fan.ZooKeeper.Client;

/// <summary>What a server knows about a node beside its data.</summary>
internal sealed record NodeStat(long CreatedZxid, long ModifiedZxid, int Version, long Owner, int DataLength, int ChildCount)
{
    // With extended types the owner's field tells of containers and times to live.
    private const long ContainerOwner = long.MinValue;
    private const long TtlMask = unchecked((long)0xff00_0000_0000_0000);

    /// <summary>The session that an ephemeral node is bound to; 0 for any other node.</summary>
    public long EphemeralOwner => Owner == ContainerOwner || (Owner & TtlMask) == TtlMask ? 0 : Owner;

    public static NodeStat Read(ref JuteReader reader)
    {
        var created = reader.Int64();
        var modified = reader.Int64();
        reader.Skip(16);
        var version = reader.Int32();
        reader.Skip(8);
        var owner = reader.Int64();
        var length = reader.Int32();
        var children = reader.Int32();
        reader.Skip(8);
        return new NodeStat(created, modified, version, owner, length, children);
    }
}
