using Fan.Cli.Output;
using Microsoft.Extensions.Logging;

namespace Fan.Cli.Sessions;

/// <summary>The library's log on standard error, a line each. Safe from any thread.</summary>
internal sealed class ErrorLog(Terminal terminal) : ILoggerFactory
{
    private readonly TextWriter _output = TextWriter.Synchronized(terminal.Error);

    public ILogger CreateLogger(string categoryName) => new CategoryLogger(categoryName, _output);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
        // The output belongs to the process.
    }

    private sealed class CategoryLogger(string category, TextWriter output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Debug && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var cause = exception is null ? "" : $" ({exception.GetType().Name}: {exception.Message})";
            output.WriteLine(SafeText.Line($"{logLevel} {category}: {formatter(state, exception)}{cause}"));
        }
    }
}
