using Fan.Loss.Accounting;
using Microsoft.Extensions.Logging;

namespace Fan.Loss.Processes;

/// <summary>
/// Writes down what the log tells: handlers that were left behind (<c>t ID ATTEMPT</c>), and whatever else is out of order
/// (<c>i EVENT MOMENT TEXT</c>). Safe from any thread.
/// </summary>
internal sealed class LogRecorder(RecordWriter writer) : ILoggerProvider, ILogger
{
    // What handlers do is no news, and stands in the records anyway.
    private static readonly string[] Expected = ["Retrying", "Died", "HandlerEndedLate"];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Name == "HandlerHangs" && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            writer.Write(FormattableString.Invariant($"t {Value(values, "MessageId")} {Value(values, "Attempt")}"));
        }
        else if (eventId.Name == "ConsumerInterrupted" || (logLevel >= LogLevel.Warning && !Expected.Contains(eventId.Name)))
        {
            var name = string.IsNullOrEmpty(eventId.Name) ? "Unnamed" : eventId.Name;
            writer.Write(FormattableString.Invariant($"i {name} {Moments.Now()} {Line(formatter(state, exception))}"));
        }
    }

    public void Dispose()
    {
    }

    private static string Line(string text) => text.ReplaceLineEndings(" ");

    private static object? Value(IReadOnlyList<KeyValuePair<string, object?>> values, string name) =>
        values.First(value => value.Key == name).Value;
}
