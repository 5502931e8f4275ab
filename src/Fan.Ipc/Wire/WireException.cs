namespace Fan.Ipc.Wire;

/// <summary>The peer broke the protocol. It ends the connection, and the message goes to the peer.</summary>
internal sealed class WireException(string message, string code = ErrorCodes.BadMessage) : Exception(message)
{
    public string Code { get; } = code;
}
