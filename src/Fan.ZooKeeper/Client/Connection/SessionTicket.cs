namespace Fan.ZooKeeper.Client;

/// <summary>What a client shows to a server to go on with its session.</summary>
/// <param name="SessionId">0 asks for a new session.</param>
/// <param name="Password">The session's secret.</param>
/// <param name="Timeout">What was agreed on with the server; before that what is asked for.</param>
internal sealed record SessionTicket(long SessionId, byte[] Password, TimeSpan Timeout)
{
    private const int PasswordBytes = 16;

    public static SessionTicket New(TimeSpan timeout) => new(0, new byte[PasswordBytes], timeout);
}
