using Microsoft.Extensions.Logging;

namespace Fan.Sharding;

internal static partial class ShardLog
{
    [LoggerMessage(72, LogLevel.Information, "Owns {Count} of the {All} shards of {Service}: {Shards}")]
    public static partial void Owns(ILogger logger, string service, int count, int all, string shards);

    [LoggerMessage(70, LogLevel.Debug, "Owns shard {Shard} of {Service} with token {Token}")]
    public static partial void Taken(ILogger logger, string service, int shard, long token);

    [LoggerMessage(71, LogLevel.Debug, "Gave up the shard of {Service} at {Path}")]
    public static partial void Released(ILogger logger, string service, string path);

    [LoggerMessage(
        73,
        LogLevel.Warning,
        "'{Service}' is served as worker '{Worker}' by another process too, and which of them has a shard is chance: {Others}. " +
        "Give each a name of its own (FanOptions.Worker), or end all but one of them")]
    public static partial void NameShared(ILogger logger, string service, string worker, string others);

    [LoggerMessage(
        74,
        LogLevel.Information,
        "The shards of {Services} are owned as worker '{Worker}', a name that is another one after a restart, which moves them. " +
        "To keep them, set FanOptions.Worker to a name that outlives restarts and that no other process has")]
    public static partial void NameNotKept(ILogger logger, string services, string worker);
}
