using System.Diagnostics;
using System.Text.Json;
using Fan.Proxies;

namespace Fan.Conformance.Transports;

/// <summary>What travels beside the arguments.</summary>
public abstract class TransportContextConformance : TransportConformance
{
    private static readonly Dictionary<string, string> Members = new() { ["shop"] = "a=b, c;é%", ["empty"] = "" };

    [Fact]
    public async Task User_caller_and_baggage_arrive_over_two_hops()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        var context = CallContext.Current with { User = "žluťoučký", Baggage = Members };
        using (context.Use()) await Caller.Fan.Get<IFront>().AskAsync(1);
        Assert.Equal(("žluťoučký", "fronts"), (Cellar.Seen!.User, Cellar.Seen.Caller));
        Assert.Equal(Members, Cellar.Seen.Baggage);
    }

    [Fact]
    public async Task A_user_that_does_not_fit_a_header_is_no_way_in()
    {
        using (CallContext.Current.With(user: "ann\r\nfan-caller: root").Use())
        {
            try
            {
                await Remote.GetAsync(1);
                Assert.Equal("caller", Cellar.Seen!.Caller);
            }
            catch (BadMessageException)
            {
                Assert.Null(Cellar.Seen);
            }
        }

        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Theory]
    [InlineData("shop.till.name", "takes 1 shard keys")]
    [InlineData("shop[1].till[2].name", "takes 1 shard keys")]
    [InlineData("cellar[7].touch", "has no shard keys")]
    public async Task Shard_keys_that_do_not_fit_the_name_are_refused(string method, string detail)
    {
        var error = await Assert.ThrowsAsync<BadMessageException>(async () => await Caller.Fan.CallAsync(method, default));
        Assert.Equal("fan-shard", error.Place);
        Assert.Contains(detail, error.Message, StringComparison.Ordinal);
        Assert.Equal((0, 1), (Cellar.Touched, Service.Rejected));
        Assert.Equal("till of shop a,b", (await Caller.Fan.CallAsync("shop[a,b].till.name", default)).GetString());
    }

    [Theory]
    [InlineData("shop[\0].till.name")]
    [InlineData("shop[a\nb].till.name")]
    [InlineData("shop[a%0Ab].till.name")]
    public async Task A_key_that_can_be_none_is_refused_at_the_caller(string method)
    {
        await Assert.ThrowsAsync<FormatException>(async () => await Caller.Fan.CallAsync(method, default));
        Assert.Equal((0, 0), (Cellar.Touched, Service.Rejected));
    }

    [Fact]
    public async Task What_a_caller_accepts_and_which_proxies_a_call_has_passed_arrive_through_proxies()
    {
        await StartAsync("lasts", fan => fan.AddProxy("last", "cellar", (call, ct) => call.ForwardAsync(null, ct)));
        await StartAsync(
            "firsts", fan => fan.AddProxy("first", "cellar", (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "last" }, ct)));
        await StartAsync("lefts", fan => fan.AddProxy(
            "left",
            "cellar",
            (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "right" }, ct),
            options => options.MaxPassed = 4));
        await StartAsync("rights", fan => fan.AddProxy(
            "right",
            "cellar",
            (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "left" }, ct),
            options => options.MaxPassed = 4));
        foreach (var proxy in (string[])["last", "first", "left", "right"]) await Caller.SeesAsync(proxy, 1);
        var sum = JsonSerializer.SerializeToElement(new { left = 1, right = 2 });
        Assert.Equal(3, await Caller.Fan.CallAsync<int>("first.add", sum, new CallOptions { Version = "^1" }));
        Assert.Equal("^3", (await Assert.ThrowsAsync<NoMatchingVersionException>(
            async () => await Caller.Fan.CallAsync<int>("first.add", sum, new CallOptions { Version = "^3" }))).Requested);
        var ring = await Assert.ThrowsAsync<LimitExceededException>(async () => await Caller.Fan.CallAsync<int>("left.add", sum));
        Assert.Contains("left ▸ right ▸ left ▸ right", ring.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_nobody_listening_the_trace_is_passed_on()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C).Start();
        root.TraceStateString = "vendor=value";
        await Caller.Fan.Get<IFront>().AskAsync(1);
        Assert.Equal(root.TraceId.ToHexString(), Cellar.Seen!.TraceId);
        Assert.Null(Cellar.Span);
    }

    [Fact]
    public async Task With_a_listener_the_spans_of_all_processes_are_one_tree()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Fan",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans) spans.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var root = new Activity("root").SetIdFormat(ActivityIdFormat.W3C).Start();
        await Caller.Fan.Get<IFront>().AskAsync(1);
        await Eventually.TrueAsync(
            () =>
            {
                lock (spans) return Task.FromResult(spans.Count(span => span.TraceId == root.TraceId) == 4);
            },
            "four spans ended");
        // Calls of other tests still end.
        Dictionary<ActivitySpanId, Activity> chain;
        lock (spans) chain = spans.Where(span => span.TraceId == root.TraceId).ToDictionary(span => span.ParentSpanId);
        var seen = new List<string>();
        for (var at = root.SpanId; chain.TryGetValue(at, out var span); at = span.SpanId) seen.Add($"{span.Kind} {span.DisplayName}");
        Assert.Equal(["Client front/ask", "Server front/ask", "Client cellar/get", "Server cellar/get"], seen);
    }

    [Fact]
    public async Task A_recording_has_the_steps_of_every_process()
    {
        await StartAsync("fronts", fan => fan.AddService<IFront, Front>());
        using var trace = Caller.Fan.StartTrace();
        await Caller.Fan.Get<IFront>().AskAsync(1);
        Assert.Equal(
            [(-1, "front/ask", "caller"), (0, "front/ask", "fronts"), (1, "cellar/get", "fronts"), (2, "cellar/get", "cellars")],
            trace.Spans.Select(span => (span.ParentId, span.Name, span.Application)));
        // Both sides tell the transport, and there is one only.
        Assert.NotNull(Assert.Single(trace.Spans.Select(span => span.Transport).Distinct()));
    }

    [Fact]
    public async Task A_recording_has_the_far_end_of_calls_that_fail_and_of_sequences_too()
    {
        using var trace = Caller.Fan.StartTrace();
        await Assert.ThrowsAsync<ServiceFaultException>(async () => await Remote.FailAsync("fault"));
        Assert.Equal([1, 2], await Remote.CountAsync(2).ToListAsync());
        await Assert.ThrowsAsync<ServiceFaultException>(async () => await Remote.CountAsync(3, failAt: 2).ToListAsync());
        Assert.Equal(
            [
                (-1, "cellar/fail", "caller", true), (0, "cellar/fail", "cellars", true), (-1, "cellar/count", "caller", false),
                (2, "cellar/count", "cellars", false), (-1, "cellar/count", "caller", true), (4, "cellar/count", "cellars", true),
            ],
            trace.Spans.Select(span => (span.ParentId, span.Name, span.Application, span.Error is not null)));
        Assert.NotNull(Assert.Single(trace.Spans.Select(span => span.Transport).Distinct()));
    }
}

file static class Contexts
{
    public static CallContext With(this CallContext context, string user) => context with { User = user };
}
