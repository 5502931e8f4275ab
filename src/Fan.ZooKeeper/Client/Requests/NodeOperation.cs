using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>One step of a multi.</summary>
internal abstract record NodeOperation(OpCode Op, string Path)
{
    public virtual int EstimateBytes => 17 + Encoding.UTF8.GetByteCount(Path);

    public abstract void Write(FrameWriter writer);
}

/// <summary>Creates a node.</summary>
internal sealed record CreateNode(
    string Path, ReadOnlyMemory<byte> Data, CreateMode Mode, IReadOnlyList<AccessRule> Access, TimeSpan TimeToLive = default)
    : NodeOperation(OpFor(Mode), Path)
{
    public override int EstimateBytes => base.EstimateBytes + Data.Length + Access.Sum(rule => rule.EstimateBytes);

    public bool IsEphemeral => Mode is CreateMode.Ephemeral or CreateMode.EphemeralSequential;

    public override void Write(FrameWriter writer)
    {
        writer.Path(Path);
        writer.Buffer(Data.Span);
        writer.Int32(Access.Count);
        foreach (var rule in Access) rule.Write(writer);
        writer.Int32((int)Mode);
        if (Op == OpCode.CreateTtl) writer.Int64((long)TimeToLive.TotalMilliseconds);
    }

    private static OpCode OpFor(CreateMode mode) => mode switch
    {
        CreateMode.Container => OpCode.CreateContainer,
        CreateMode.PersistentWithTtl or CreateMode.PersistentSequentialWithTtl => OpCode.CreateTtl,
        _ => OpCode.Create2,
    };
}

/// <summary>Sets a node's data, if its version is the expected one; -1 takes any.</summary>
internal sealed record SetNode(string Path, ReadOnlyMemory<byte> Data, int Version) : NodeOperation(OpCode.SetData, Path)
{
    public override int EstimateBytes => base.EstimateBytes + Data.Length;

    public override void Write(FrameWriter writer)
    {
        writer.Path(Path);
        writer.Buffer(Data.Span);
        writer.Int32(Version);
    }
}

/// <summary>Deletes a node, if its version is the expected one; -1 takes any.</summary>
internal sealed record DeleteNode(string Path, int Version) : NodeOperation(OpCode.Delete, Path)
{
    public override void Write(FrameWriter writer)
    {
        writer.Path(Path);
        writer.Int32(Version);
    }
}

/// <summary>Makes the multi fail unless the node exists with the version; -1 takes any.</summary>
internal sealed record CheckNode(string Path, int Version) : NodeOperation(OpCode.Check, Path)
{
    public override void Write(FrameWriter writer)
    {
        writer.Path(Path);
        writer.Int32(Version);
    }
}
