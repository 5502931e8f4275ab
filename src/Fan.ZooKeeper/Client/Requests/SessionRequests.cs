namespace Fan.ZooKeeper.Client;

/// <summary>Says who the client is.</summary>
internal sealed class AuthRequest : Request<bool>
{
    /// <summary>Servers answer with this number, whatever was sent.</summary>
    public const int FixedXid = -4;

    private readonly string _scheme;
    private readonly byte[] _credentials;

    public AuthRequest(string scheme, byte[] credentials)
        : base(OpCode.Auth, "/")
    {
        (_scheme, _credentials) = (scheme, credentials);
        Xid = FixedXid;
    }

    public override void Write(FrameWriter writer)
    {
        writer.Int32(0);
        writer.Text(_scheme);
        writer.Buffer(_credentials);
    }

    protected override bool ReadBody(ref JuteReader body) => true;
}

/// <summary>Ends the session; its ephemeral nodes go.</summary>
internal sealed class CloseSessionRequest() : Request<bool>(OpCode.CloseSession, "/")
{
    public override void Write(FrameWriter writer)
    {
    }

    protected override bool ReadBody(ref JuteReader body) => true;
}
