using Fan.Redis.Connections;
using StackExchange.Redis;

namespace Fan.Redis.Messages;

/// <summary>Appends messages to streams that others made. Safe from any thread; what is written from one thread keeps its order.</summary>
internal sealed class MessageWriter(RedisLink link)
{
    /// <summary>Appends a message; false where the stream is not there: its reader has gone.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached, or refused.</exception>
    public async ValueTask<bool> AppendAsync(string stream, IReadOnlyList<RedisValue> fields, CancellationToken cancellationToken)
    {
        var arguments = new object[fields.Count + 3];
        (arguments[0], arguments[1], arguments[2]) = ((RedisKey)stream, "NOMKSTREAM", "*");
        for (var i = 0; i < fields.Count; i++) arguments[i + 3] = fields[i];
        var id = await link.RunAsync(database => database.ExecuteAsync("XADD", arguments), cancellationToken).ConfigureAwait(false);
        return !id.IsNull;
    }

    /// <summary>Deletes what was read of a stream.</summary>
    public async ValueTask TrimAsync(ReadPosition position)
    {
        try
        {
            await link.RunAsync(database => database.ExecuteAsync("XTRIM", [position.Stream, "MINID", position.Next], CommandFlags.FireAndForget), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisAwayException)
        {
            // It goes with the next one.
        }
    }
}
