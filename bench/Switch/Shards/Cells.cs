using System.Diagnostics;
using System.Globalization;
using Fan;
using SwitchBench.Services;

namespace SwitchBench.Shards;

/// <summary>A service whose shards are moved.</summary>
[Service("bench.cells[cell]")]
public interface ICells
{
    /// <summary>Not idempotent: a call that breaks off has failed.</summary>
    ValueTask<long> TouchAsync(CancellationToken ct = default);
}

/// <summary>Notes the begin and the end of each call in a file that outlives a kill.</summary>
internal sealed class Cells(string history) : ICells, IDisposable
{
    public const int Count = 64;
    public const int Shards = 16;

    private const int BetweenDefects = 200;

    private readonly StreamWriter _history = new(history, append: true) { AutoFlush = true };
    private readonly bool _hasDefect = Environment.GetEnvironmentVariable(Defects.Variable) == Defects.Owner;
    private long _calls;

    public async ValueTask<long> TouchAsync(CancellationToken ct = default)
    {
        var id = Interlocked.Increment(ref _calls);
        var token = CallContext.Current.FencingToken!.Value;
        // A cell has one owner at a time where its shard has.
        Write(string.Create(
            CultureInfo.InvariantCulture,
            $"begin {Environment.ProcessId}.{id} {CallContext.Current.ShardKeys[0]} {token} {Stopwatch.GetTimestamp()}"));
        // Another owner at the same time, as it would be seen.
        if (_hasDefect && id % BetweenDefects == 0)
        {
            Write(string.Create(
                CultureInfo.InvariantCulture,
                $"begin {Environment.ProcessId}.{id}x {CallContext.Current.ShardKeys[0]} {token - 1} {Stopwatch.GetTimestamp()}"));
        }

        await Task.Delay(1, ct);
        Write(string.Create(CultureInfo.InvariantCulture, $"end {Environment.ProcessId}.{id} {Stopwatch.GetTimestamp()}"));
        return token;
    }

    public void Dispose() => _history.Dispose();

    private void Write(string line)
    {
        lock (_history) _history.WriteLine(line);
    }
}
