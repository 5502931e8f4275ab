namespace Fan.Coordination;

/// <summary>A node of the store as it was read.</summary>
/// <param name="Data">Its data; empty where it has none.</param>
/// <param name="Version">How often its data was set since it was created, from 0.</param>
/// <param name="EphemeralOwner">The session it is bound to; 0 for a persistent node.</param>
/// <param name="CreatedTransaction">The number of the commit that created it; grows through the whole store.</param>
/// <param name="ModifiedTransaction">The number of the commit that last set its data.</param>
/// <param name="ChildCount">How many children it has.</param>
public sealed record StoreNode(
    ReadOnlyMemory<byte> Data, int Version, long EphemeralOwner, long CreatedTransaction, long ModifiedTransaction, int ChildCount);
