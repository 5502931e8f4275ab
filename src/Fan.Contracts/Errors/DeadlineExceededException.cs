namespace Fan;

/// <summary>The time for the call ran out. Wire code <c>deadline_exceeded</c>.</summary>
/// <remarks>Whether the far end did the work is unknown.</remarks>
public sealed class DeadlineExceededException(string message, Exception? inner = null)
    : FanException(ErrorCodes.DeadlineExceeded, message, inner);
