using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>What the client library throws, as texts for people: one line, without its diagnostics and without credentials.</summary>
internal static class RedisErrors
{
    /// <summary>Whether an exception says that the server could not be reached, or refused.</summary>
    public static bool IsOne(Exception error) =>
        error is RedisException or RedisCommandException or RedisTimeoutException or ObjectDisposedException;

    /// <summary>Whether the command can't have arrived.</summary>
    public static bool WasNotSent(Exception error) =>
        error is RedisConnectionException { CommandStatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog }
            or RedisTimeoutException { Commandstatus: CommandStatus.WaitingToBeSent or CommandStatus.WaitingInBacklog };

    /// <summary>Whether the server refused what one command is about, while it takes others.</summary>
    public static bool IsAboutCommand(Exception? error) => error switch
    {
        ServiceUnavailableException or RedisAwayException => IsAboutCommand(error.InnerException),
        RedisServerException =>
            error.Message.StartsWith("ERR", StringComparison.Ordinal) || error.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Whether a queue's stream or its group has gone from the server.</summary>
    public static bool IsNoGroup(Exception? error) =>
        error is RedisServerException
        && (error.Message.StartsWith("NOGROUP", StringComparison.Ordinal)
            || error.Message.StartsWith("UNBLOCKED", StringComparison.Ordinal));

    /// <summary>What happened.</summary>
    public static string Explain(Exception error, string where) => error switch
    {
        RedisServerException when error.Message.StartsWith("OOM", StringComparison.Ordinal) =>
            $"Redis at {where} has no memory left: {FirstLine(error.Message)}",
        RedisServerException => $"Redis at {where} refuses: {FirstLine(error.Message)}",
        RedisTimeoutException => $"Redis at {where} does not answer in time",
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } =>
            $"Redis at {where} does not know our user and password",
        RedisConnectionException connection => $"Redis at {where} can't be reached ({connection.FailureType})",
        ObjectDisposedException => "the application has stopped",
        _ => $"Redis at {where} can't be used: {FirstLine(error.Message)}",
    };

    private static string FirstLine(string text)
    {
        var line = text.AsSpan(0, Math.Min(text.Length, 300));
        var end = line.IndexOfAny('\r', '\n');
        return (end < 0 ? line : line[..end]).TrimEnd('.').ToString();
    }
}
