using System.Collections.Concurrent;
using System.Diagnostics;
using Fan.Conformance.Histories;

namespace Fan.Conformance.Sharding;

/// <summary>Callers that call all shards and the unique service without a pause, and remember how it went.</summary>
internal sealed class ShardCallers : IAsyncDisposable
{
    private const int Count = 6;

    private readonly IFan _fan;
    private readonly ConcurrentQueue<MadeCall> _made;
    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _loops;
    private int _answers;

    /// <param name="fan">Whose calls they are.</param>
    /// <param name="made">Where they note each call.</param>
    public ShardCallers(IFan fan, ConcurrentQueue<MadeCall> made)
    {
        (_fan, _made) = (fan, made);
        _loops = [.. Enumerable.Range(0, Count).Select(caller => Task.Run(() => LoopAsync(caller)))];
    }

    /// <summary>Waits until each of them was answered some times more.</summary>
    public Task GoOnAsync()
    {
        var before = Volatile.Read(ref _answers);
        return Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref _answers) > before + 300), "calls go on");
    }

    /// <summary>One call, noted.</summary>
    public static async Task<string?> CallAsync(IFan fan, int store, ConcurrentQueue<MadeCall> made)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var answer = store < RecordedServices.Stores
                ? await fan.Get<IStockCounter>(store).CountAsync()
                : await fan.Get<IWallClock>().TickAsync();
            made.Enqueue(new MadeCall(started, Stopwatch.GetTimestamp(), null));
            return answer;
        }
        catch (Exception error)
        {
            made.Enqueue(new MadeCall(started, Stopwatch.GetTimestamp(), $"{error.GetType().Name}: {error.Message}"));
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_loops);
        _ending.Dispose();
    }

    private async Task LoopAsync(int caller)
    {
        for (var i = caller; !_ending.IsCancellationRequested; i += 7)
        {
            // One more than there are stores: that is the unique service.
            if (await CallAsync(_fan, i % (RecordedServices.Stores + 1), _made) is not null) Interlocked.Increment(ref _answers);
        }
    }
}
