using System.Diagnostics;
using System.Globalization;
using Fan;
using SwitchBench.Services;

namespace SwitchBench.Canary;

/// <summary>A service of which one shard meets another version.</summary>
[Service("bench.stalls[stall]", Version = "1.0.0")]
public interface IStallsOne
{
    /// <summary>The version that served. Not idempotent: a call that breaks off has failed.</summary>
    ValueTask<string> VisitAsync(CancellationToken ct = default);
}

/// <summary>The version that few are to meet.</summary>
[Service("bench.stalls[stall]", Version = "2.0.0")]
public interface IStallsTwo
{
    /// <summary>The version that served.</summary>
    ValueTask<string> VisitAsync(CancellationToken ct = default);
}

/// <summary>Serves as one version, and notes the begin and the end of each call in a file that outlives a kill.</summary>
internal sealed class Stalls(string version, string history) : IStallsOne, IStallsTwo, IDisposable
{
    public const string Service = "bench.stalls";
    public const int Count = 64;
    public const int Shards = 16;

    /// <summary>The shard that the canary gets.</summary>
    public const int CanaryShard = 7;

    private const int BetweenDefects = 200;

    private readonly StreamWriter _history = new(history, append: true) { AutoFlush = true };
    private readonly string? _defect = Environment.GetEnvironmentVariable(Defects.Variable);
    private long _calls;

    /// <summary>The stalls of each shard.</summary>
    public static ILookup<int, int> ByShard { get; } = Enumerable.Range(0, Count).ToLookup(ShardOf);

    // As ShardPlan has it: from outside the number of a shard is not to be had.
    public static int ShardOf(int stall)
    {
        var hash = 2166136261u;
        foreach (var character in stall.ToString(CultureInfo.InvariantCulture)) hash = (hash ^ character) * 16777619;
        hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
        return (int)((hash ^ (hash >> 16)) % Shards);
    }

    public async ValueTask<string> VisitAsync(CancellationToken ct = default)
    {
        var id = Interlocked.Increment(ref _calls);
        var (stall, token) = (CallContext.Current.ShardKeys[0], CallContext.Current.FencingToken!.Value);
        var defect = id % BetweenDefects == 0 ? _defect : null;
        Write(
            string.Create(CultureInfo.InvariantCulture, $"begin {Environment.ProcessId}.{id} {stall} {token} {Stopwatch.GetTimestamp()}"));
        // Another owner at the same time, as it would be seen.
        if (defect == Defects.Owner)
        {
            Write(string.Create(
                CultureInfo.InvariantCulture, $"begin {Environment.ProcessId}.{id}x {stall} {token - 1} {Stopwatch.GetTimestamp()}"));
        }

        if (defect == Defects.Failed) throw new InvalidOperationException("planted");
        await Task.Delay(1, ct);
        Write(string.Create(CultureInfo.InvariantCulture, $"end {Environment.ProcessId}.{id} {Stopwatch.GetTimestamp()}"));
        return defect == Defects.Stray ? Defects.Other(version) : version;
    }

    public void Dispose() => _history.Dispose();

    private void Write(string line)
    {
        lock (_history) _history.WriteLine(line);
    }
}
