namespace Fan;

/// <summary>
/// Something that arrived, or would be sent, is over a limit of size, depth, count or time. Wire code <c>limit_exceeded</c>.
/// </summary>
public sealed class LimitExceededException(string limit, string message, Exception? inner = null)
    : FanException(ErrorCodes.LimitExceeded, message, inner)
{
    /// <summary>The name of the limit, e.g. <c>MaxPayloadBytes</c>.</summary>
    public string Limit { get; } = limit;
}
