using System.Diagnostics;

namespace Fan.Ipc.Tests;

[Service("scale")]
public interface IScale
{
    ValueTask<int> WeighAsync(int bottles, CancellationToken ct = default);

    ValueTask<string> LabelAsync(string text, CancellationToken ct = default);
}

internal sealed class Scale : IScale
{
    public ValueTask<int> WeighAsync(int bottles, CancellationToken ct) => new(bottles);

    public ValueTask<string> LabelAsync(string text, CancellationToken ct) => new(text);
}

/// <summary>A call leaves nothing for the garbage collector but its own arguments and result.</summary>
public sealed class AllocationTests : IpcTest
{
    private const int Calls = 20_000;

    // A context and its flow of control, which are made a thousand times a second and not for each call.
    private const int ContextBytes = 256;

    // The pool's own threads do something now and then.
    private const double Slack = 6;

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    public async Task A_call_allocates_nothing_of_its_own(int callers)
    {
        var scale = await ConnectAsync();
        Assert.InRange(await BytesPerCallAsync(callers, i => scale.WeighAsync(i)), 0, Slack);
    }

    [Fact]
    public async Task A_text_is_made_once_on_each_side()
    {
        var scale = await ConnectAsync();
        var text = new string('x', 32);
        // A string is 22 bytes and two for each letter, in steps of eight.
        Assert.InRange(await BytesPerCallAsync(16, _ => scale.LabelAsync(text)), 0, (2 * 88) + Slack);
    }

    private async Task<IScale> ConnectAsync()
    {
        await StartAsync("scales", fan => AddIpc(fan).AddService<IScale, Scale>());
        var caller = await CallerAsync();
        return caller.Fan.Get<IScale>();
    }

    private static async Task<double> BytesPerCallAsync<T>(int callers, Func<int, ValueTask<T>> call)
    {
        // The first rounds fill the pools, and compile; a later one that something disturbed does not count.
        var least = double.MaxValue;
        for (var round = 0; round < 8; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < Calls / callers; i++) await call(i);
            })));
            var contexts = ContextBytes * Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (round > 2) least = Math.Min(least, Math.Max(0, GC.GetTotalAllocatedBytes(precise: true) - before - contexts) / Calls);
        }

        return least;
    }
}
