namespace Fan.ZooKeeper.Client;

/// <summary>A node's data and what is known about it.</summary>
internal sealed record NodeContent(byte[] Data, NodeStat Stat);

/// <summary>Reads a node; null where there is none.</summary>
internal sealed class GetDataRequest(string path) : Request<NodeContent?>(OpCode.GetData, path)
{
    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Bool(false);
    }

    protected override NodeContent? Read(ErrorCode error, ref JuteReader body) =>
        error == ErrorCode.NoNode ? null : base.Read(error, ref body);

    protected override NodeContent? ReadBody(ref JuteReader body) => new(body.Buffer(), NodeStat.Read(ref body));
}

/// <summary>Whether a node exists; null where it does not. Needs no permission.</summary>
internal sealed class ExistsRequest(string path) : Request<NodeStat?>(OpCode.Exists, path)
{
    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Bool(false);
    }

    protected override NodeStat? Read(ErrorCode error, ref JuteReader body) =>
        error == ErrorCode.NoNode ? null : base.Read(error, ref body);

    protected override NodeStat? ReadBody(ref JuteReader body) => NodeStat.Read(ref body);
}

/// <summary>The names of a node's children in no order; null where the node does not exist.</summary>
internal sealed class GetChildrenRequest(string path) : Request<string[]?>(OpCode.GetChildren, path)
{
    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Bool(false);
    }

    protected override string[]? Read(ErrorCode error, ref JuteReader body) =>
        error == ErrorCode.NoNode ? null : base.Read(error, ref body);

    protected override string[]? ReadBody(ref JuteReader body)
    {
        var names = new string[body.Count(leastBytes: 4)];
        for (var i = 0; i < names.Length; i++) names[i] = body.Text();
        return names;
    }
}

/// <summary>The ephemeral nodes of the own session whose paths begin with a prefix.</summary>
internal sealed class GetEphemeralsRequest(string prefix) : Request<string[]>(OpCode.GetEphemerals, prefix)
{
    protected override string[] ReadBody(ref JuteReader body)
    {
        var paths = new string[body.Count(leastBytes: 4)];
        for (var i = 0; i < paths.Length; i++) paths[i] = body.Path();
        return paths;
    }
}

/// <summary>Lets the server catch up with what was committed before the request.</summary>
internal sealed class SyncRequest(string path) : Request<string>(OpCode.Sync, path)
{
    protected override string ReadBody(ref JuteReader body) => body.Path();
}
