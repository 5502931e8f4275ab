using System.Collections.Concurrent;
using Fan;

namespace WineStore;

/// <summary>Registers that do the same without a pause, and remember what came of it and what failed.</summary>
internal sealed class Registers<TResult> : IAsyncDisposable
    where TResult : notnull
{
    private const int Count = 4;

    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<TResult, int> _counts = new();
    private readonly ConcurrentQueue<FanException> _failures = new();
    private readonly Task[] _registers;

    /// <param name="work">One call of a register, by its number; returns what it is counted under.</param>
    public Registers(Func<int, ValueTask<TResult>> work) =>
        _registers = [.. Enumerable.Range(0, Count).Select(id => Task.Run(() => WorkAsync(work, id)))];

    public IReadOnlyDictionary<TResult, int> Counts => _counts;

    public IReadOnlyCollection<FanException> Failures => _failures;

    /// <summary>How many calls came to that.</summary>
    public int CountOf(TResult result) => _counts.GetValueOrDefault(result);

    /// <summary>Waits until so many more calls came to that, or one failed.</summary>
    public async Task MoreAsync(TResult result, int count, CancellationToken cancellationToken)
    {
        for (var wanted = CountOf(result) + count; CountOf(result) < wanted && _failures.IsEmpty;) await Task.Delay(5, cancellationToken);
    }

    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_registers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ending.Dispose();
    }

    private async Task WorkAsync(Func<int, ValueTask<TResult>> work, int id)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                _counts.AddOrUpdate(await work(id), 1, (_, count) => count + 1);
            }
            catch (FanException error)
            {
                _failures.Enqueue(error);
            }
        }
    }
}
