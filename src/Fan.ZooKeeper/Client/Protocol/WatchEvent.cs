namespace Fan.ZooKeeper.Client;

/// <summary>What happened to a node, as numbered by ZooKeeper.</summary>
internal enum WatchEventType
{
    /// <summary>About the session, not a node.</summary>
    None = -1,
    Created = 1,
    Deleted = 2,
    DataChanged = 3,
    ChildrenChanged = 4,
}

/// <summary>A change that a server reports.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Path">Where, as seen from the chroot.</param>
internal readonly record struct WatchEvent(WatchEventType Type, string Path)
{
    public static WatchEvent Read(ref JuteReader reader)
    {
        var type = (WatchEventType)reader.Int32();
        reader.Skip(4);
        return type == WatchEventType.None ? new WatchEvent(type, "") : new WatchEvent(type, reader.Path());
    }
}
