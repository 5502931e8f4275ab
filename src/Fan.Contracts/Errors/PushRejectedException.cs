namespace Fan;

/// <summary>
/// Thrown by the handler of a push that no further attempt can help: the message becomes a dead letter at once. Wire code <c>fault</c>.
/// </summary>
public sealed class PushRejectedException(string message, Exception? inner = null) : FanException(ErrorCodes.Fault, message, inner);
