using System.Diagnostics;

namespace Fan.Conformance.Sharding;

/// <summary>A service whose shards workers own: ten stores make one.</summary>
[Service("stock[store_id].counter", Version = "1.0.0")]
public interface IStockCounter
{
    /// <summary>Says who served it, and with which token. Not to be repeated when it is unknown whether it arrived.</summary>
    ValueTask<string> CountAsync(CancellationToken ct = default);
}

/// <summary>A service of which one instance works.</summary>
[Service("wall.clock", Version = "1.0.0")]
public interface IWallClock
{
    ValueTask<string> TickAsync(CancellationToken ct = default);
}

/// <summary>A strict service that every worker has.</summary>
[Service("price.list", Version = "1.0.0")]
public interface IPriceList
{
    /// <summary>
    /// Says who served it, and the newest commit that its application knew. Not to be repeated when it is unknown whether it arrived.
    /// </summary>
    ValueTask<string> QuoteAsync(CancellationToken ct = default);
}

/// <summary>The strict service of one worker.</summary>
public sealed class PriceList(string worker, Func<IFan> fan) : IPriceList
{
    public async ValueTask<string> QuoteAsync(CancellationToken ct = default)
    {
        using var outside = CallContext.Empty.Use();
        using var newest = await fan().BeginTreeAsync(ct);
        return $"{worker} {newest.Snapshot}";
    }
}

/// <summary>A worker's services, which write what they do to a file that outlives a kill.</summary>
public sealed class RecordedServices(string worker, string file) : IStockCounter, IWallClock, IDisposable
{
    /// <summary>How many shards there are.</summary>
    public const int Shards = 8;

    private const int StoresPerShard = 10;

    private static readonly TimeSpan Work = TimeSpan.FromMilliseconds(2);

    private readonly StreamWriter _history = new(file, append: true) { AutoFlush = true };
    private int _calls;

    /// <summary>The bounds by which the stores are divided.</summary>
    public static string[] Bounds { get; } = [.. Enumerable.Range(1, Shards - 1).Select(shard => $"{shard * StoresPerShard}")];

    /// <summary>How many stores there are.</summary>
    public static int Stores => Shards * StoresPerShard;

    /// <summary>The shard of a store.</summary>
    public static int ShardOf(int store) => store / StoresPerShard;

    public ValueTask<string> CountAsync(CancellationToken ct = default) =>
        RecordAsync($"stock/{ShardOf(int.Parse(CallContext.Current.ShardKeys[0], System.Globalization.CultureInfo.InvariantCulture))}", ct);

    public ValueTask<string> TickAsync(CancellationToken ct = default) => RecordAsync("clock/0", ct);

    public void Dispose() => _history.Dispose();

    private async ValueTask<string> RecordAsync(string shard, CancellationToken ct)
    {
        var id = Interlocked.Increment(ref _calls);
        var token = CallContext.Current.FencingToken;
        Write($"begin {Environment.ProcessId}.{id} {shard} {token} {Stopwatch.GetTimestamp()}");
        await Task.Delay(Work, ct);
        Write($"end {Environment.ProcessId}.{id} {Stopwatch.GetTimestamp()}");
        return $"{worker} {token}";
    }

    private void Write(string line)
    {
        lock (_history) _history.WriteLine(line);
    }
}
