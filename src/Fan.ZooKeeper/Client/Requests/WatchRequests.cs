using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>Arms a watch on a node and everything below it, that stays until it is removed or the connection ends.</summary>
internal sealed class AddWatchRequest(string path) : Request<bool>(OpCode.AddWatch, path)
{
    private const int PersistentRecursive = 1;

    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Int32(PersistentRecursive);
    }

    protected override bool ReadBody(ref JuteReader body) => true;
}

/// <summary>Takes a watch away.</summary>
internal sealed class RemoveWatchRequest(string path) : Request<bool>(OpCode.RemoveWatches, path)
{
    private const int AnyKind = 3;

    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Int32(AnyKind);
    }

    protected override bool Read(ErrorCode error, ref JuteReader body) =>
        error is ErrorCode.Ok or ErrorCode.NoWatcher ? error == ErrorCode.Ok : base.Read(error, ref body);

    protected override bool ReadBody(ref JuteReader body) => true;
}

/// <summary>Arms many recursive watches again on a new connection.</summary>
internal sealed class SetWatchesRequest(IReadOnlyList<string> paths, long lastZxid) : Request<bool>(OpCode.SetWatches2, "/")
{
    public override void Write(FrameWriter writer)
    {
        writer.Int64(lastZxid);
        // Data, exist and child watches that fire once, and persistent ones that are not recursive.
        for (var kind = 0; kind < 4; kind++) writer.Int32(0);
        writer.Int32(paths.Count);
        foreach (var path in paths) writer.Path(path);
    }

    /// <summary>Parts of <paramref name="paths"/> whose frames stay far below what servers take.</summary>
    public static IEnumerable<SetWatchesRequest> For(IReadOnlyList<string> paths, string chroot, long lastZxid)
    {
        const int partBytes = 64 * 1024;
        var part = new List<string>();
        var size = 0;
        foreach (var path in paths)
        {
            size += 4 + Encoding.UTF8.GetByteCount(chroot) + Encoding.UTF8.GetByteCount(path);
            part.Add(path);
            if (size < partBytes) continue;
            yield return new SetWatchesRequest(part, lastZxid);
            (part, size) = ([], 0);
        }

        if (part.Count > 0) yield return new SetWatchesRequest(part, lastZxid);
    }

    protected override bool ReadBody(ref JuteReader body) => true;
}
