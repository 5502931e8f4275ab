namespace Fan.ZooKeeper.Client;

/// <summary>Reads who may do what with a node.</summary>
internal sealed class GetAclRequest(string path) : Request<IReadOnlyList<AccessRule>>(OpCode.GetAcl, path)
{
    protected override IReadOnlyList<AccessRule> ReadBody(ref JuteReader body)
    {
        var rules = new AccessRule[body.Count(leastBytes: 12)];
        for (var i = 0; i < rules.Length; i++) rules[i] = AccessRule.Read(ref body);
        return rules;
    }
}

/// <summary>Says who may do what with a node.</summary>
internal sealed class SetAclRequest(string path, IReadOnlyList<AccessRule> rules) : Request<NodeStat>(OpCode.SetAcl, path)
{
    public override bool IsRepeatable => false;

    public override int EstimateBytes => base.EstimateBytes + rules.Sum(rule => rule.EstimateBytes);

    public override void Write(FrameWriter writer)
    {
        base.Write(writer);
        writer.Int32(rules.Count);
        foreach (var rule in rules) rule.Write(writer);
        writer.Int32(-1);
    }

    protected override NodeStat ReadBody(ref JuteReader body) => NodeStat.Read(ref body);
}
