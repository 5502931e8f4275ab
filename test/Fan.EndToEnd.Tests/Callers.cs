using System.Collections.Concurrent;

namespace Fan.EndToEnd.Tests;

/// <summary>Callers that call without a pause, and remember who answered and what failed.</summary>
internal sealed class Callers : IAsyncDisposable
{
    public const int Count = 8;

    private readonly CancellationTokenSource _ending = new();
    private readonly Task[] _loops;
    private int _answers;

    public Callers(Func<ValueTask<int>> call) => _loops = [.. Enumerable.Range(0, Count).Select(_ => Task.Run(() => LoopAsync(call)))];

    /// <summary>How often each process answered.</summary>
    public ConcurrentDictionary<int, int> AnswersByProcess { get; } = new();

    public ConcurrentQueue<Exception> Failures { get; } = new();

    public int Answers => Volatile.Read(ref _answers);

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_loops);
        _ending.Dispose();
    }

    private async Task LoopAsync(Func<ValueTask<int>> call)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var process = await call();
                AnswersByProcess.AddOrUpdate(process, 1, (_, count) => count + 1);
                Interlocked.Increment(ref _answers);
            }
            catch (Exception error)
            {
                Failures.Enqueue(error);
            }
        }
    }
}
