using System.Diagnostics.CodeAnalysis;
using Fan.Redis.Connections;
using StackExchange.Redis;

namespace Fan.Redis.Messages;

/// <summary>Appends messages to streams that others made. Safe from any thread; what is written from one thread keeps its order.</summary>
internal sealed class MessageWriter(RedisLink link)
{
    private const string Append = "XADD";

    /// <summary>
    /// Begins to append a message where the connection is open; false where it is not. What the task ends with is for
    /// <see cref="WasTaken"/>.
    /// </summary>
    public bool TryAppend(RedisKey stream, List<object> message, [NotNullWhen(true)] out Task<RedisResult>? sending)
    {
        message[0] = stream;
        return link.TrySend(Append, message, out sending);
    }

    /// <summary>Whether the stream was there; of a task that has ended.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public bool WasTaken(Task<RedisResult> sending)
    {
        if (!sending.IsCompletedSuccessfully)
        {
            throw link.Explain(sending.Exception?.InnerException ?? new RedisException("the command was given up"));
        }

        link.Answered();
        return !sending.Result.IsNull;
    }

    /// <summary>Appends a message; false where the stream is not there: its reader has gone.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public async ValueTask<bool> AppendAsync(RedisKey stream, List<object> message, CancellationToken cancellationToken)
    {
        message[0] = stream;
        var id = await link.RunAsync(database => database.ExecuteAsync(Append, message), cancellationToken).ConfigureAwait(false);
        return !id.IsNull;
    }

    /// <summary>Deletes what was read of a stream.</summary>
    public async ValueTask TrimAsync(ReadPosition position)
    {
        object[] arguments = [position.Stream, "MINID", position.Next];
        try
        {
            await link.RunAsync(
                database => database.ExecuteAsync("XTRIM", arguments, CommandFlags.FireAndForget),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisAwayException)
        {
            // It goes with the next one.
        }
    }
}
