using System.Collections.Concurrent;
using Fan.Messaging;

namespace Fan.Cli.Load;

/// <summary>What came of calls. Safe from any thread.</summary>
internal sealed class LoadCounts
{
    private readonly ConcurrentDictionary<string, LoadError> _errors = new(StringComparer.Ordinal);
    private long _calls;
    private long _failed;

    public LatencyHistogram Latencies { get; } = new();

    /// <summary>All that have ended, the failed ones among them.</summary>
    public long Calls => Volatile.Read(ref _calls);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>By code, the most frequent first.</summary>
    public IReadOnlyList<LoadError> Errors =>
        [.. _errors.Values.OrderByDescending(error => error.Calls).ThenBy(error => error.Code, StringComparer.Ordinal)];

    public void Succeeded(TimeSpan time)
    {
        Latencies.Add(time);
        Interlocked.Increment(ref _calls);
    }

    public void HasFailed(Exception error)
    {
        // Of each code the first message is told; that of a fault is the contract's own.
        var wire = WireError.From(error);
        var code = wire.Code == ErrorCodes.Fault && wire.Type is { } fault ? $"{wire.Code}: {fault}" : wire.Code;
        _errors.AddOrUpdate(code, _ => new LoadError(code, 1, error.Message), (_, known) => known with { Calls = known.Calls + 1 });
        Interlocked.Increment(ref _failed);
        Interlocked.Increment(ref _calls);
    }
}

/// <summary>Calls that failed with one code.</summary>
/// <param name="Code">The wire code; with the name of the fault where it is one.</param>
/// <param name="Calls">How many.</param>
/// <param name="Message">What the first one of them said.</param>
internal sealed record LoadError(string Code, long Calls, string Message);
