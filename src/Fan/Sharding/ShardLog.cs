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
}
