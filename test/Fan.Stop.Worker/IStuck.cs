using System.Runtime.CompilerServices;

namespace Fan.Stop.Worker;

/// <summary>Never ends, whatever it is told.</summary>
[Service("stuck")]
public interface IStuck
{
    ValueTask HangAsync(CancellationToken ct = default);

    /// <summary>More than a caller that does not read can be sent.</summary>
    IAsyncEnumerable<byte[]> FloodAsync(CancellationToken ct = default);

    /// <summary>An item now and then.</summary>
    IAsyncEnumerable<int> TickAsync(CancellationToken ct = default);

    [Push]
    ValueTask TakeAsync(int number, CancellationToken ct = default);
}

/// <summary>Prints what has begun.</summary>
internal sealed class Stuck(TimeProvider clock) : IStuck
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource _never = new();
    private readonly byte[] _much = new byte[32 * 1024];

    public async ValueTask HangAsync(CancellationToken ct = default)
    {
        Console.WriteLine("call");
        await _never.Task;
    }

    public async IAsyncEnumerable<byte[]> FloodAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        Console.WriteLine("flood");
        while (true)
        {
            await Task.Yield();
            yield return _much;
        }
    }

    public async IAsyncEnumerable<int> TickAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        Console.WriteLine("tick");
        for (var i = 0; ; i++)
        {
            await Task.Delay(Pause, clock, CancellationToken.None);
            yield return i;
        }
    }

    public async ValueTask TakeAsync(int number, CancellationToken ct = default)
    {
        Console.WriteLine("push");
        await _never.Task;
    }
}
