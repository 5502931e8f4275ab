namespace Fan.ZooKeeper.Client;

/// <summary>
/// What one operation of a multi did: the node's path, with its sequence number, and what is known of it (null after deletes and checks,
/// and where the server does not tell).
/// </summary>
internal readonly record struct OperationResult(string Path, NodeStat? Stat);

/// <summary>Does all operations or none.</summary>
internal sealed class MultiRequest(IReadOnlyList<NodeOperation> operations) : Request<OperationResult[]>(OpCode.Multi, operations[0].Path)
{
    // A commit that only checks may be asked again.
    public override bool IsRepeatable { get; } = operations.All(operation => operation is CheckNode);

    public override int EstimateBytes => Overhead + operations.Sum(operation => operation.EstimateBytes);

    public override void Write(FrameWriter writer)
    {
        foreach (var operation in operations)
        {
            WriteHeader(writer, operation.Op, done: false);
            operation.Write(writer);
        }

        WriteHeader(writer, OpCode.Error, done: true);
    }

    protected override OperationResult[] ReadBody(ref JuteReader body)
    {
        var results = new OperationResult[operations.Count];
        RefusedException? refused = null;
        for (var i = 0; i < results.Length; i++)
        {
            var op = (OpCode)body.Int32();
            if (body.Bool()) throw new MalformedReplyException($"it has {i} results for {results.Length} operations");
            body.Skip(4);
            if (op == OpCode.Error)
            {
                var code = (ErrorCode)body.Int32();
                // Those before the one that failed say Ok, those after it that they were not tried.
                if (code is not (ErrorCode.Ok or ErrorCode.RuntimeInconsistency))
                {
                    refused ??= new RefusedException(code, operations[i].Path, i);
                }

                continue;
            }

            results[i] = ReadResult(op, operations[i].Path, ref body);
        }

        if (refused is not null) throw refused;
        if (body.Int32() != (int)OpCode.Error || !body.Bool())
        {
            throw new MalformedReplyException($"it has more than {results.Length} results");
        }

        return results;
    }

    private static OperationResult ReadResult(OpCode op, string path, ref JuteReader body)
    {
        switch (op)
        {
            case OpCode.Create:
                return new OperationResult(body.Path(), null);
            case OpCode.Create2 or OpCode.CreateContainer or OpCode.CreateTtl:
                var created = body.Path();
                return new OperationResult(created, NodeStat.Read(ref body));
            case OpCode.SetData:
                return new OperationResult(path, NodeStat.Read(ref body));
            case OpCode.Delete or OpCode.Check:
                return new OperationResult(path, null);
            default:
                throw new MalformedReplyException($"a result of the unknown kind {(int)op} is in it");
        }
    }

    private static void WriteHeader(FrameWriter writer, OpCode op, bool done)
    {
        writer.Int32((int)op);
        writer.Bool(done);
        writer.Int32(-1);
    }
}
