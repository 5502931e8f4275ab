namespace Fan.Coordination;

/// <summary>What happened to a node.</summary>
public enum StoreEventKind
{
    /// <summary>Anything may have happened: read again.</summary>
    Resync,

    /// <summary>The node was created.</summary>
    Created,

    /// <summary>Its data was set.</summary>
    Changed,

    /// <summary>It was deleted.</summary>
    Deleted,
}

/// <summary>A change that a watch saw.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Path">Where; for <see cref="StoreEventKind.Resync"/> the path that is watched.</param>
public readonly record struct StoreEvent(StoreEventKind Kind, string Path);
