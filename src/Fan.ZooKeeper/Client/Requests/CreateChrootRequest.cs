namespace Fan.ZooKeeper.Client;

/// <summary>Creates a node of the chroot itself: the only request with a path as the servers see it.</summary>
internal sealed class CreateChrootRequest(string path, IReadOnlyList<AccessRule> access) : Request<string>(OpCode.Create, path)
{
    public override void Write(FrameWriter writer)
    {
        writer.Text(Path);
        writer.Buffer(default);
        writer.Int32(access.Count);
        foreach (var rule in access) rule.Write(writer);
        writer.Int32((int)CreateMode.Persistent);
    }

    protected override string ReadBody(ref JuteReader body) => body.Text();
}
