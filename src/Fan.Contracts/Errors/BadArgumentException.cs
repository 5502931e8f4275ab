namespace Fan;

/// <summary>An argument is missing, unknown, of the wrong type or out of bounds. Wire code <c>bad_argument</c>.</summary>
public sealed class BadArgumentException(string argument, string message, Exception? inner = null)
    : FanException(ErrorCodes.BadArgument, message, inner)
{
    /// <summary>
    /// The wire name of the argument, with the place inside it where that is known; empty where the payload as a whole is bad.
    /// </summary>
    public string Argument { get; } = argument;
}
