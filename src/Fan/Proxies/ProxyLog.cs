using Microsoft.Extensions.Logging;

namespace Fan.Proxies;

internal static partial class ProxyLog
{
    [LoggerMessage(80, LogLevel.Debug, "A copy of a call of {Service} failed: {Reason}")]
    public static partial void MirrorFailed(ILogger logger, string service, string reason);
}
