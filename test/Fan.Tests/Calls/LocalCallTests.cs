using System.Diagnostics;
using Fan.Context;
using Fan.Coordination;
using Fan.Tests.Applications;

namespace Fan.Tests.Calls;

public sealed class LocalCallTests
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task A_local_call_allocates_nothing()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var cellar = host.Fan.Get<ICellar>();
        for (var i = 0; i < 1000; i++) cellar.Add(i, i);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) cellar.Add(i, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_local_call_reaches_the_implementation_itself_and_errors_come_as_they_are()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()));
        var cellar = host.Fan.Get<ICellar>();
        Assert.Equal("Rkatsiteli", (await cellar.GetAsync(3)).Name);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cellar.FailAsync("x"));
        Assert.Equal([1, 2, 3], await cellar.CountAsync(3).ToListAsync());
    }

    [Fact]
    public async Task With_a_listener_every_local_call_has_a_span_under_its_caller_and_without_one_none()
    {
        await using var host = await TestHost.StartAsync(
            _tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()).AddService<IFront, Front>());
        var front = host.Fan.Get<IFront>();
        var spans = new List<Activity>();
        var root = new Activity("root").Start();
        using (var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Fan",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId) lock (spans) spans.Add(activity);
            },
        })
        {
            ActivitySource.AddActivityListener(listener);
            await Eventually.TrueAsync(async () =>
            {
                lock (spans) spans.Clear();
                await front.AskAsync();
                lock (spans) return spans.Count == 2;
            }, "both calls have spans");
        }

        Assert.Equal(["cellar/get", "front/ask"], spans.Select(span => span.OperationName));
        Assert.Equal(spans[1].SpanId, spans[0].ParentSpanId);
        Assert.Equal(root.SpanId, spans[1].ParentSpanId);
        Assert.Equal("get", spans[0].GetTagItem("rpc.method"));
        root.Stop();
    }

    [Fact]
    public async Task A_failed_local_call_marks_its_span()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICellar>(_ => new Cellar()));
        using var trace = host.Fan.StartTrace();
        await Assert.ThrowsAsync<ServiceFaultException>(async () => await host.Fan.Get<ICellar>().FailAsync("fault"));
        var span = Assert.Single(trace.Spans);
        Assert.Equal((CallSpanKind.Local, "cellar/fail", "none left"), (span.Kind, span.Name, span.Error));
    }

    [Fact]
    public async Task Shard_keys_reach_the_implementation_and_their_number_is_checked()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ITill, Till>());
        Assert.Equal("till of shop 42", await host.Fan.Get<ITill>(42).NameAsync());
        Assert.Empty(CallContext.Current.ShardKeys);
        Assert.Contains(
            "takes 1 shard keys (shop_id)",
            Assert.Throws<ArgumentException>(() => host.Fan.Get<ITill>()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scoped_services_get_an_object_and_a_scope_for_each_call()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddScopedService<ICounter, Counter>());
        var counter = host.Fan.Get<ICounter>();
        Assert.Equal(1, await counter.NextAsync());
        Assert.Equal(1, await counter.NextAsync());
    }

    [Fact]
    public async Task A_type_without_a_contract_is_refused_with_what_it_needs()
    {
        await using var host = await TestHost.StartAsync(_tree, _network, "one", _ => { });
        Assert.Contains(
            "[Service(", Assert.Throws<InvalidOperationException>(() => host.Fan.Get<IDisposable>()).Message, StringComparison.Ordinal);
    }
}

[Service("counter")]
public interface ICounter
{
    ValueTask<int> NextAsync();
}

internal sealed class Counter : ICounter
{
    private int _count;

    public ValueTask<int> NextAsync() => new(++_count);
}
