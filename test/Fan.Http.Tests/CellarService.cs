using System.Runtime.CompilerServices;
using Fan.Discovery;

namespace Fan.Http.Tests;

public sealed record Wine(int Id, string Name, decimal Price);

public enum Colour
{
    Red,
    White,
}

[Service("cellar", Version = "1.2.0")]
public interface ICellar
{
    ValueTask<Wine> GetAsync(int id, CancellationToken ct = default);

    Task<string> EchoAsync(string text, CancellationToken ct = default);

    ValueTask FailAsync(string how, CancellationToken ct = default);

    ValueTask WaitAsync(CancellationToken ct = default);

    IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, CancellationToken ct = default);

    IAsyncEnumerable<string> BlocksAsync(int count, int size, CancellationToken ct = default);

    [Push]
    ValueTask RestockAsync(int id, CancellationToken ct = default);

    int Add(int left, int right);

    ValueTask<string?> NothingAsync(CancellationToken ct = default);

    [Rpc(TimeoutMilliseconds = 200)]
    ValueTask HurryAsync(CancellationToken ct = default);
}

[Service("shop[shop_id].till", Version = "2.0.0")]
public interface ITill
{
    ValueTask<string> NameAsync(CancellationToken ct = default);
}

internal sealed class Till : ITill
{
    public ValueTask<string> NameAsync(CancellationToken ct = default) => new("till of shop " + string.Join('|', CallContext.Current.ShardKeys));
}

internal sealed class Cellar : ICellar
{
    public List<int> Restocked { get; } = [];

    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Produced;

    public CallContext? Seen { get; private set; }

    public TimeSpan? Remaining { get; private set; }

    public ValueTask<Wine> GetAsync(int id, CancellationToken ct = default)
    {
        Seen = CallContext.Current;
        Remaining = CallContext.Current.Remaining;
        return new(new Wine(id, "Rkatsiteli", 12.5m));
    }

    public Task<string> EchoAsync(string text, CancellationToken ct = default) => Task.FromResult(text);

    public ValueTask FailAsync(string how, CancellationToken ct = default) => throw Failures.Create(how);

    public async ValueTask WaitAsync(CancellationToken ct = default)
    {
        Waiting.TrySetResult();
        try
        {
            await Release.Task.WaitAsync(ct);
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                if (i == failAt) throw new ServiceFaultException("enough", "failed at " + i);
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<string> BlocksAsync(int count, int size, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            var block = new string('x', size);
            for (var i = 0; i < count; i++)
            {
                Interlocked.Increment(ref Produced);
                yield return block;
                await Task.Yield();
            }
        }
        finally
        {
            Ended.TrySetResult();
        }
    }

    public ValueTask RestockAsync(int id, CancellationToken ct = default)
    {
        Restocked.Add(id);
        return default;
    }

    public int Add(int left, int right) => left + right;

    public ValueTask<string?> NothingAsync(CancellationToken ct = default) => new((string?)null);

    public async ValueTask HurryAsync(CancellationToken ct = default)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            Ended.TrySetResult();
        }
    }
}
