namespace Fan;

/// <summary>
/// The application can't start, as something that it was told is wrong: a service twice, a port that is taken, an object that the container
/// lacks. The message says what, and what to do.
/// </summary>
/// <remarks>
/// Settings that are wrong are <c>OptionsValidationException</c>, with all of a section at once and the same text. As a text it is that
/// message only, so that a program that ends with it prints one line. <see cref="Exception.InnerException"/> has the details; they are
/// logged with <c>Debug</c>, under the category <c>Fan.Applications.FanHost</c>.
/// </remarks>
public sealed class FanStartException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The message alone.</summary>
    public override string ToString() => Message;
}
