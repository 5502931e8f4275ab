using Fan.Conformance.Transports;

namespace Fan.Ipc.Tests;

/// <summary>What the wire can promise beyond other transports: a peer that ends says which calls it did not take.</summary>
public abstract class WireLossConformance : TransportLossConformance
{
    [Fact]
    public async Task A_caller_that_hears_late_of_the_successor_fails_no_call()
    {
        using var enough = new CancellationTokenSource();
        Assert.Equal(3, await Caller.Fan.CallAsync<int>("cellar.add", Arguments(1, 2)));
        // Of another instance it hears nothing: all that it knows is the one that ends.
        Caller.Store.Disconnect();
        var next = await StartAsync("next", fan => fan.AddService<ICellar>(_ => new Cellar()));
        await next.SeesAsync("cellar", 2);
        var callers = Enumerable.Range(0, 4).Select(i => Task.Run(async () =>
        {
            for (var calls = 0; !enough.IsCancellationRequested; calls++)
            {
                Assert.Equal(calls + i, await Caller.Fan.CallAsync<int>("cellar.add", Arguments(calls, i)));
            }
        })).ToList();
        await Service.StopAsync(CancellationToken.None);
        Caller.Store.Reconnect();
        Assert.Equal(3, await Caller.Fan.CallAsync<int>("cellar.add", Arguments(1, 2)));
        await enough.CancelAsync();
        await Task.WhenAll(callers);
    }
}
