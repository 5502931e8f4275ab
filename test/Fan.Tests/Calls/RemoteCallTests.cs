using System.Diagnostics;
using System.Text.Json;
using Fan.Context;
using Fan.Coordination;
using Fan.Tests.Applications;

namespace Fan.Tests.Calls;

public sealed class RemoteCallTests : IAsyncLifetime
{
    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly Cellar _cellar = new();
    private TestHost _service = null!;
    private TestHost _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await TestHost.StartAsync(
            _tree, _network, "cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<ITill, Till>());
        _caller = await TestHost.StartAsync(_tree, _network, "caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task Every_shape_of_method_works_as_it_does_locally()
    {
        var cellar = _caller.Fan.Get<ICellar>();
        Assert.Equal(new Wine(7, "Rkatsiteli", 12.5m), await cellar.GetAsync(7));
        Assert.Equal("cellar", await cellar.WhoAsync());
        Assert.Equal(5, cellar.Add(2, 3));
        await cellar.RestockAsync(9);
        await Eventually.TrueAsync(() => _cellar.Restocked.Count == 1, "the push was handled");
        Assert.Equal([1, 2, 3, 4], await cellar.CountAsync(4).ToListAsync());
        Assert.Equal("till of shop a,b/c", await _caller.Fan.Get<ITill>("a,b/c").NameAsync());
    }

    [Fact]
    public async Task A_method_can_be_described_without_calling_it()
    {
        // From the endpoint for others, from the contract for who hosts it.
        foreach (var fan in new[] { _caller.Fan, _service.Fan })
        {
            var count = await fan.DescribeAsync("cellar.count");
            Assert.Equal((MethodKind.Stream, "int"), (count.Kind, count.Result));
            Assert.Equal(["to: int", "fail_at?: int = -1"], count.Parameters);
            Assert.Contains(
                "add, count",
                (await Assert.ThrowsAsync<NoSuchMethodException>(async () => await fan.DescribeAsync("cellar.nothing"))).Message,
                StringComparison.Ordinal);
            await Assert.ThrowsAsync<NoMatchingVersionException>(
                async () => await fan.DescribeAsync("cellar.count", new CallOptions { Version = "^9" }));
            await Assert.ThrowsAsync<NoSuchServiceException>(async () => await fan.DescribeAsync("nowhere.count"));
            await Assert.ThrowsAsync<FormatException>(async () => await fan.DescribeAsync("cellar"));
        }
    }

    [Fact]
    public async Task Errors_come_as_the_types_that_say_what_they_are()
    {
        var cellar = _caller.Fan.Get<ICellar>();
        Assert.Equal("out_of_stock", (await Assert.ThrowsAsync<ServiceFaultException>(async () => await cellar.FailAsync("fault"))).Fault);
        Assert.Equal("how", (await Assert.ThrowsAsync<BadArgumentException>(async () => await cellar.FailAsync("argument"))).Argument);
        var remote = await Assert.ThrowsAsync<RemoteFailureException>(async () => await cellar.FailAsync("x"));
        Assert.Equal(("System.InvalidOperationException", "broken: x"), (remote.RemoteType, remote.Message));
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_sequence_comes_after_the_items_before_it()
    {
        var seen = new List<int>();
        var error = await Assert.ThrowsAsync<RemoteFailureException>(async () =>
        {
            await foreach (var i in _caller.Fan.Get<ICellar>().CountAsync(5, 3)) seen.Add(i);
        });
        Assert.Equal(("failed at 3", 2), (error.Message, seen.Count));
    }

    [Fact]
    public async Task Leaving_a_sequence_early_ends_the_work_at_the_far_end()
    {
        await foreach (var _ in _caller.Fan.Get<ICellar>().CountAsync(int.MaxValue)) break;
        await _cellar.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Cancelling_cancels_at_both_ends()
    {
        using var cancel = new CancellationTokenSource();
        var call = _caller.Fan.Get<ICellar>().WaitAsync(cancel.Token).AsTask();
        await _cellar.Waiting.Task;
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _cellar.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_deadline_ends_the_call_at_both_ends_and_shrinks_on_the_way()
    {
        using (CallContext.Current.WithTimeout(TimeSpan.FromMilliseconds(300)).Use())
        {
            await Assert.ThrowsAsync<DeadlineExceededException>(async () => await _caller.Fan.Get<ICellar>().WaitAsync());
        }

        await _cellar.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotNull(_cellar.Seen);
        using (CallContext.Current.WithTimeout(TimeSpan.Zero).Use())
        {
            var error = await Assert.ThrowsAsync<DeadlineExceededException>(async () => await _caller.Fan.Get<ICellar>().GetAsync(1));
            Assert.StartsWith("No time was left", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task User_baggage_caller_trace_and_remaining_time_travel()
    {
        using var activity = new Activity("root").Start();
        var context = CallContext.Current with { User = "ann", Baggage = new Dictionary<string, string> { ["shop"] = "a=b, c;é" } };
        using (context.Use()) await _caller.Fan.Get<ICellar>().GetAsync(1);
        var seen = _cellar.Seen!;
        Assert.Equal(("ann", "caller", "a=b, c;é"), (seen.User, seen.Caller, seen.Baggage["shop"]));
        Assert.InRange(seen.Remaining!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Contains(activity.TraceId.ToHexString(), seen.TraceParent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_by_name_need_no_contract()
    {
        using var arguments = JsonDocument.Parse("""{"id": 4}""");
        var wine = await _caller.Fan.CallAsync("cellar.get", arguments.RootElement);
        Assert.Equal(4, wine.GetProperty("id").GetInt32());
        Assert.Equal(new Wine(4, "Rkatsiteli", 12.5m), await _caller.Fan.CallAsync<Wine>("cellar.get", arguments.RootElement));
        Assert.Equal("till of shop 4.2", (await _caller.Fan.CallAsync("shop[4.2].till.name", default)).GetString());
        using var to = JsonDocument.Parse("""{"to": 3}""");
        Assert.Equal(
            [1, 2, 3], await _caller.Fan.StreamAsync("cellar.count", to.RootElement).Select(item => item.GetInt32()).ToListAsync());
    }

    [Fact]
    public async Task Dynamic_calls_take_named_and_positional_arguments()
    {
        JsonElement named = await _caller.Fan.Rpc.cellar.get(id: 5);
        JsonElement positional = await _caller.Fan.Rpc.cellar.add(5, right: 6);
        JsonElement sharded = await _caller.Fan.Rpc.shop[42].till.name();
        Assert.Equal((5, 11, "till of shop 42"), (named.GetProperty("id").GetInt32(), positional.GetInt32(), sharded.GetString()));
        await Assert.ThrowsAsync<BadArgumentException>(async () => await _caller.Fan.Rpc.cellar.get(5, 6));
    }

    [Fact]
    public async Task The_same_calls_by_name_work_within_the_process()
    {
        using var to = JsonDocument.Parse("""{"to": 3}""");
        Assert.Equal(
            [1, 2, 3], await _service.Fan.StreamAsync("cellar.count", to.RootElement).Select(item => item.GetInt32()).ToListAsync());
        JsonElement sum = await _service.Fan.Rpc.cellar.add(left: 1, right: 1);
        Assert.Equal(2, sum.GetInt32());
    }

    [Theory]
    [InlineData("{\"id\": \"x\"}", "id", "Argument 'id' of 'get' is no valid Int32")]
    [InlineData("{}", "id", "Argument 'id' (Int32) of 'get' is missing")]
    [InlineData("{\"id\": 1, \"extra\": 2}", "extra", "'get' has no argument 'extra'")]
    [InlineData("[1]", "", "must be a JSON object")]
    public async Task A_bad_argument_is_named(string json, string argument, string message)
    {
        using var arguments = JsonDocument.Parse(json);
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await _caller.Fan.CallAsync("cellar.get", arguments.RootElement));
        Assert.Equal(argument, error.Argument);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_by_name_takes_the_transport_that_it_is_told_to_and_no_other()
    {
        using var arguments = JsonDocument.Parse("{\"id\": 7}");
        using var trace = _service.Fan.StartTrace();
        // Also where the service is in the same process.
        Assert.Equal(
            7, (await _service.Fan.CallAsync<Wine>("cellar.get", arguments.RootElement, new CallOptions { Transport = "loop" })).Id);
        Assert.Equal("loop", trace.Spans[0].Transport);
        Assert.Equal(7, (await _caller.Fan.CallAsync<Wine>(
            "cellar.get", arguments.RootElement, new CallOptions { Transport = "loop", Version = "*" })).Id);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await _caller.Fan.CallAsync("cellar.get", arguments.RootElement, new CallOptions { Transport = "pigeon" }));
        Assert.Contains("is reached over loop only", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recording_has_the_steps_of_every_process()
    {
        await using var front = await TestHost.StartAsync(_tree, _network, "fronts", fan => fan.AddService<IFront, Front>());
        using var trace = _caller.Fan.StartTrace();
        await _caller.Fan.Get<IFront>().AskAsync();
        Assert.Equal(
            [
                (-1, "front/ask", CallSpanKind.Client, "caller"),
                (0, "front/ask", CallSpanKind.Server, "fronts"),
                (1, "cellar/get", CallSpanKind.Client, "fronts"),
                (2, "cellar/get", CallSpanKind.Server, "cellars")
            ],
            trace.Spans.Select(span => (span.ParentId, span.Name, span.Kind, span.Application)));
    }

    [Fact]
    public async Task An_idle_caller_that_is_not_traced_sends_no_trace()
    {
        await _caller.Fan.Get<ICellar>().GetAsync(1);
        Assert.Null(_cellar.Seen!.TraceParent);
    }
}
