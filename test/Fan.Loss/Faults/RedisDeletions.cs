using Fan.Loss.Accounting;
using Fan.Loss.Processes;
using Fan.Servers;
using StackExchange.Redis;

namespace Fan.Loss.Faults;

/// <summary>What somebody does to the keys of a queue, in one script with the look at what is in them.</summary>
internal static class RedisDeletions
{
    // Messages are in hashes, dead letters in a stream; a stream that goes alone takes no message along.
    private const string All = """
        local ids = {}
        local keys = redis.call('KEYS', ARGV[1])
        for _, key in ipairs(keys) do
          if string.find(key, ':m:%d+$') then
            local id = redis.call('HGET', key, 'id')
            if id then ids[#ids + 1] = id end
          elseif string.find(key, ':dead$') then
            for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do
              for i = 1, #entry[2], 2 do
                if entry[2][i] == 'id' then ids[#ids + 1] = entry[2][i + 1] end
              end
            end
          end
        end
        for _, key in ipairs(keys) do redis.call('DEL', key) end
        return ids
        """;

    private const string Streams = """
        for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
          if string.find(key, ':ready$') then redis.call('DEL', key) end
        end
        return {}
        """;

    public static async Task<Deletion> RunAsync(RedisProcess server, int turn)
    {
        var (what, script) = turn % 2 == 0 ? ("the stream of the queue", Streams) : ("all keys of the queue", All);
        await using var connection = await server.ConnectAsync();
        var counted = Moments.Now();
        var ids = (string[])(await connection.GetDatabase().ScriptEvaluateAsync(script, [], [$"fan:{{{LossProcess.Service}}}:*"]))!;
        return new Deletion(what, counted, Moments.Now(), ids.Length, ids.ToHashSet(StringComparer.Ordinal));
    }
}
