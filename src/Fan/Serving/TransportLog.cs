using Microsoft.Extensions.Logging;

namespace Fan.Serving;

internal static partial class TransportLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} failed (trace {TraceId})")]
    public static partial void Failed(ILogger logger, Exception error, string method, string? traceId);

    [LoggerMessage(2, LogLevel.Debug, "Refused ({Code}): {Reason}")]
    public static partial void Refused(ILogger logger, string code, string reason);

    [LoggerMessage(3, LogLevel.Debug, "A malformed traceparent began a new trace: {Value}")]
    public static partial void BadTraceParent(ILogger logger, string value);

    [LoggerMessage(5, LogLevel.Debug, "A malformed tracestate was dropped: {Reason}")]
    public static partial void BadTraceState(ILogger logger, string reason);

    [LoggerMessage(4, LogLevel.Debug, "Malformed members of baggage were dropped: {Reason}")]
    public static partial void BadBaggage(ILogger logger, string reason);

    [LoggerMessage(6, LogLevel.Debug, "The tracestate of activity '{Activity}' was not sent: {Reason}")]
    public static partial void TraceStateNotSent(ILogger logger, string activity, string reason);

    [LoggerMessage(7, LogLevel.Debug, "Members of baggage were not sent: {Reason}")]
    public static partial void BaggageNotSent(ILogger logger, string reason);
}
