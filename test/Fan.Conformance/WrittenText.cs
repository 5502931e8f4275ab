using System.Collections.Concurrent;
using System.Text;
using Fan.Coordination;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fan.Conformance;

/// <summary>All that applications write where others may read it: every line of their logs, and the store.</summary>
public sealed class WrittenText : ILoggerProvider
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines so far.</summary>
    public IEnumerable<string> Written => _lines;

    /// <summary>Listens to the whole log of an application.</summary>
    public void Follow(FanBuilder application)
    {
        ArgumentNullException.ThrowIfNull(application);
        application.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(this));
    }

    /// <summary>The lines so far.</summary>
    public IEnumerable<string> All => _lines;

    /// <summary>Looks for a secret in all of it.</summary>
    public async Task HasNowhereAsync(string secret, MemoryTree tree)
    {
        Assert.NotEmpty(_lines);
        Assert.DoesNotContain(_lines, line => line.Contains(secret, StringComparison.Ordinal));
        await using var store = new MemoryCoordinationStore(tree);
        await store.OpenAsync();
        var nodes = new Queue<string>(["/"]);
        var seen = 0;
        for (; nodes.TryDequeue(out var path); seen++)
        {
            if (path != "/")
            {
                Assert.DoesNotContain(
                    secret, path + Encoding.UTF8.GetString((await store.GetAsync(path))?.Data.ToArray() ?? []), StringComparison.Ordinal);
            }
            foreach (var child in await store.GetChildrenAsync(path) ?? []) nodes.Enqueue(path.TrimEnd('/') + "/" + child);
        }

        Assert.True(seen > 3, "the store has endpoints");
    }

    public ILogger CreateLogger(string categoryName) => new Lines(_lines);

    public void Dispose()
    {
        // Applications come and go; the lines stay.
    }

    private sealed class Lines(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArgumentNullException.ThrowIfNull(formatter);
            lines.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}
