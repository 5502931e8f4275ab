using Microsoft.Extensions.Logging;

namespace Fan.Sharding;

internal static partial class ShardLog
{
    [LoggerMessage(70, LogLevel.Information, "Owns shard {Shard} of {Service} with token {Token}")]
    public static partial void Taken(ILogger logger, string service, int shard, long token);

    [LoggerMessage(71, LogLevel.Information, "Gave up the shard of {Service} at {Path}")]
    public static partial void Released(ILogger logger, string service, string path);
}
