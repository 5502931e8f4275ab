using Fan.Redis.Connections;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Queues;

/// <summary>Looks once whether the server keeps what it accepts, and says so where it does not.</summary>
internal sealed class DurabilityCheck(RedisServer server, ILogger logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var persistence = await InfoAsync("persistence", cancellationToken).ConfigureAwait(false);
            if (persistence.GetValueOrDefault("aof_enabled") == "0")
            {
                RedisQueueLog.NotDurable(logger, server.Target.Where);
            }
            else if (await SettingAsync("appendfsync", cancellationToken).ConfigureAwait(false) is { } setting and not "always")
            {
                RedisQueueLog.LateToDisk(logger, server.Target.Where, setting);
            }

            var memory = await InfoAsync("memory", cancellationToken).ConfigureAwait(false);
            if (memory.GetValueOrDefault("maxmemory") is not (null or "0")
                && memory.GetValueOrDefault("maxmemory_policy") is { } policy and not "noeviction")
            {
                RedisQueueLog.Evicts(logger, server.Target.Where, policy);
            }
        }
        catch (RedisAwayException)
        {
            // A user who may not ask; nothing is decided by it.
        }
    }

    private async Task<Dictionary<string, string>> InfoAsync(string section, CancellationToken cancellationToken)
    {
        var text = (string?)await server.Shared.RunAsync(
            database => database.ExecuteAsync("INFO", section), cancellationToken).ConfigureAwait(false)
            ?? "";
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) found[line[..colon]] = line[(colon + 1)..];
        }

        return found;
    }

    private async Task<string?> SettingAsync(string name, CancellationToken cancellationToken)
    {
        var pair = (string[]?)await server.Shared.RunAsync(
            database => database.ExecuteAsync("CONFIG", "GET", name), cancellationToken).ConfigureAwait(false);
        return pair is { Length: 2 } ? pair[1] : null;
    }
}
