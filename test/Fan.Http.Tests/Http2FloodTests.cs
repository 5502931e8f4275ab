using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>A service whose work does not heed that its callers gave up.</summary>
[Service("mill")]
public interface IMill
{
    ValueTask GrindAsync(CancellationToken ct = default);

    ValueTask<int> WeighAsync(int sack, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    ValueTask<int> LookAsync(int sack, CancellationToken ct = default);
}

/// <summary>
/// Callers that give up faster than the work stops make Kestrel end their connection; what else is on it, and on other connections, fares
/// as the docs say.
/// </summary>
public sealed class Http2FloodTests : HttpTest
{
    [Fact]
    public async Task Very_many_calls_that_are_given_up_hurt_no_innocent_ones()
    {
        var mill = new Mill();
        await StartAsync("mills", fan => fan.AddService<IMill>(_ => mill));
        var caller = (await StartAsync("caller", http: options => options.CallVersion = System.Net.HttpVersion.Version20)).Fan.Get<IMill>();
        var bystander = (await StartAsync(
            "bystander", http: options => options.CallVersion = System.Net.HttpVersion.Version20)).Fan.Get<IMill>();
        var others = Enumerable.Range(0, 5).Select(i => bystander.WeighAsync(i, CancellationToken.None).AsTask()).ToList();
        var once = Enumerable.Range(0, 10).Select(i => caller.WeighAsync(100 + i, CancellationToken.None).AsTask()).ToList();
        var again = Enumerable.Range(0, 10).Select(i => caller.LookAsync(200 + i, CancellationToken.None).AsTask()).ToList();
        await Eventually.TrueAsync(() => Task.FromResult(mill.Begun >= 25), "the innocent calls have begun");

        // Until the connection has ended, which those tell that may not be repeated.
        for (var round = 0; !once.Exists(call => call.IsCompleted) && round < 60; round++)
        {
            using var patience = new CancellationTokenSource();
            var begun = mill.Grinding;
            var flood = Enumerable.Range(0, 50).Select(_ => caller.GrindAsync(patience.Token).AsTask()).ToList();
            await Eventually.TrueAsync(
                () => Task.FromResult(mill.Grinding > begun || flood.TrueForAll(call => call.IsCompleted)), "some of the flood has begun");
            await patience.CancelAsync();
            foreach (var call in flood)
            {
                var error = await Record.ExceptionAsync(() => call);
                Assert.True(error is OperationCanceledException or ServiceUnavailableException or CircuitOpenException, error?.ToString());
            }
        }

        Assert.Contains(once, call => call.IsCompleted);
        mill.Release.TrySetResult();
        foreach (var call in once)
        {
            if (await Record.ExceptionAsync(() => call) is { } error) Assert.IsType<ServiceUnavailableException>(error);
        }

        Assert.Equal(Enumerable.Range(200, 10), await Task.WhenAll(again));
        Assert.Equal(Enumerable.Range(0, 5), await Task.WhenAll(others));
        Assert.All(mill.Weighed.GroupBy(sack => sack), sack => Assert.Single(sack));
    }

    private sealed class Mill : IMill
    {
        private int _begun;
        private int _grinding;

        public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public System.Collections.Concurrent.ConcurrentQueue<int> Weighed { get; } = new();

        public int Begun => Volatile.Read(ref _begun);

        public int Grinding => Volatile.Read(ref _grinding);

        public async ValueTask GrindAsync(CancellationToken ct = default)
        {
            Interlocked.Increment(ref _grinding);
            await Release.Task;
        }

        public async ValueTask<int> WeighAsync(int sack, CancellationToken ct = default)
        {
            Weighed.Enqueue(sack);
            return await LookAsync(sack, ct);
        }

        public async ValueTask<int> LookAsync(int sack, CancellationToken ct = default)
        {
            Interlocked.Increment(ref _begun);
            await Release.Task;
            return sack;
        }
    }
}
