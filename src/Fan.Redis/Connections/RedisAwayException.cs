namespace Fan.Redis.Connections;

/// <summary>The server can't be reached, or refused; the message says where and why.</summary>
internal sealed class RedisAwayException(string message, bool wasNotSent, Exception? inner) : Exception(message, inner)
{
    /// <summary>Whether the command can't have arrived.</summary>
    public bool WasNotSent => wasNotSent;
}
