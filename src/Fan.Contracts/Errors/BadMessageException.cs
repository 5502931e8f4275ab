namespace Fan;

/// <summary>A peer sent a header, a frame or a reply that breaks the protocol. Wire code <c>bad_message</c>.</summary>
public sealed class BadMessageException(string place, string message, Exception? inner = null)
    : FanException(ErrorCodes.BadMessage, message, inner)
{
    /// <summary>Where it was found, e.g. a header name or <c>reply</c>.</summary>
    public string Place { get; } = place;
}
