namespace Fan.ZooKeeper.Client;

/// <summary>One operation alone, for which servers have less to do than for a multi of one. Its results are those of a multi.</summary>
internal sealed class SingleRequest(NodeOperation operation) : Request<OperationResult[]>(operation.Op, operation.Path)
{
    // What the operation counts for its place in a multi, and the beginning of its path that the base counts too.
    private const int NotSent = 13;

    public override bool IsRepeatable => false;

    public override int EstimateBytes => Overhead + operation.EstimateBytes - NotSent;

    /// <summary>Whether there is such a request: checks only exist within multis.</summary>
    public static bool Exists(NodeOperation operation) => operation is not CheckNode;

    public override void Write(FrameWriter writer) => operation.Write(writer);

    protected override OperationResult[] ReadBody(ref JuteReader body)
    {
        if (operation is DeleteNode) return [new OperationResult(Path, null)];
        var path = operation is CreateNode ? body.Path() : Path;
        return [new OperationResult(path, NodeStat.Read(ref body))];
    }
}
