namespace Fan.Conformance.Transports;

/// <summary>Applications that come and go.</summary>
public abstract class TransportLossConformance : TransportConformance
{
    [Fact]
    public async Task Stopping_finishes_the_calls_in_flight()
    {
        var call = Remote.WaitAsync().AsTask();
        await SoonAsync(Cellar.Waiting);
        // Each by itself: a call that has not reached the service when it stops is not in flight.
        Cellar.Reset();
        var sequence = Remote.DripAsync().ToListAsync().AsTask();
        await SoonAsync(Cellar.Waiting);
        var stopping = Service.StopAsync(CancellationToken.None);
        await Caller.SeesAsync("cellar", 0);
        Assert.False(call.IsCompleted);
        Cellar.Release.TrySetResult();
        await SoonAsync(call);
        Assert.Equal([1, 2], await sequence);
        await SoonAsync(stopping);
        await Assert.ThrowsAsync<NoSuchServiceException>(async () => await Remote.GetAsync(1));
    }

    [Fact]
    public async Task Stopping_that_may_not_wait_breaks_calls_off()
    {
        var call = Remote.WaitAsync().AsTask();
        await SoonAsync(Cellar.Waiting);
        await Service.StopAsync(new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<FanException>(() => call);
        await SoonAsync(Cellar.Ended);
    }

    [Fact]
    public async Task Instances_that_are_replaced_under_load_fail_no_call()
    {
        using var enough = new CancellationTokenSource();
        var made = new int[8];
        var callers = Task.WhenAll(Enumerable.Range(0, made.Length).Select(i => Task.Run(async () =>
        {
            for (var calls = 0; !enough.IsCancellationRequested; Volatile.Write(ref made[i], ++calls))
            {
                Assert.Equal(calls + i, await Caller.Fan.CallAsync<int>("cellar.add", Arguments(calls, i)));
            }
        })));
        await Eventually.TrueAsync(() => Task.FromResult(callers.IsFaulted || made.All(calls => calls > 0)), "all of them call");
        for (var round = 0; round < 5; round++)
        {
            var next = await StartAsync("next" + round, fan => fan.AddService<ICellar>(_ => new Cellar()));
            await Caller.SeesAsync("cellar", 2);
            await (round == 0 ? Service : Previous!).StopAsync(CancellationToken.None);
            Previous = next;
        }

        await enough.CancelAsync();
        await callers;
    }

    private TransportApplication? Previous { get; set; }

    protected static System.Text.Json.JsonElement Arguments(int left, int right) =>
        System.Text.Json.JsonDocument.Parse($$"""{"left": {{left}}, "right": {{right}}}""").RootElement;
}
