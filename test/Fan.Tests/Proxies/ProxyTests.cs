using System.Text;
using System.Text.Json;
using Fan.Context;
using Fan.Coordination;
using Fan.Proxies;
using Fan.Switching;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Proxies;

[Service("wines", Version = "1.0.0")]
public interface IWinesOne
{
    ValueTask<string> FindAsync(int id, CancellationToken ct = default);

    ValueTask<string> SeenAsync(CancellationToken ct = default);

    ValueTask FailAsync(string fault, CancellationToken ct = default);

    IAsyncEnumerable<int> CountAsync(int to, CancellationToken ct = default);

    [Push]
    ValueTask ChangedAsync(int id);
}

[Service("wines", Version = "2.0.0")]
public interface IWinesTwo : IWinesOne;

[Service("winery", Version = "1.0.0")]
public interface IWinery
{
    ValueTask<string> FindAsync(int id, CancellationToken ct = default);
}

internal sealed class Wines(string name) : IWinesTwo, IWinery
{
    private int _counted;

    public List<int> Found { get; } = [];

    public List<string?> Mirrors { get; } = [];

    public List<int> Changed { get; } = [];

    public int Counted => _counted;

    public TimeSpan? Left { get; private set; }

    public TaskCompletionSource? Gate { get; set; }

    public async ValueTask<string> FindAsync(int id, CancellationToken ct = default)
    {
        lock (Found)
        {
            Left = CallContext.Current.Remaining;
            Found.Add(id);
            Mirrors.Add(CallContext.Current.Baggage.GetValueOrDefault("fan-mirror"));
        }

        if (Gate is { } gate) await gate.Task.WaitAsync(ct);
        return $"{name}:{id}";
    }

    public ValueTask<string> SeenAsync(CancellationToken ct = default)
    {
        var context = CallContext.Current;
        return new(
            $"{context.User}|{context.Baggage.GetValueOrDefault("shop")}|{context.Snapshot}|" +
            $"{context.Remaining is { } left && left < TimeSpan.FromSeconds(20)}|{context.TraceId}");
    }

    public ValueTask FailAsync(string fault, CancellationToken ct = default) => throw new ServiceFaultException(fault, "as asked");

    public async IAsyncEnumerable<int> CountAsync(
        int to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 1; i <= to; i++)
        {
            await Task.Yield();
            Interlocked.Increment(ref _counted);
            yield return i;
        }
    }

    public ValueTask ChangedAsync(int id)
    {
        lock (Changed) Changed.Add(id);
        return default;
    }
}

public sealed class ProxyTests : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();
    private readonly List<TestHost> _hosts = [];
    private readonly Wines _one = new("one");
    private readonly Wines _two = new("two");
    private TestHost _caller = null!;
    private Func<ProxiedCall, CancellationToken, ValueTask> _handle = (call, ct) => call.ForwardAsync(null, ct);
    private int _passed;

    private ISystemChanges Changes => _caller.Services.GetRequiredService<ISystemChanges>();

    private IWinesOne Client => _caller.Fan.Get<IWinesOne>();

    public async ValueTask InitializeAsync()
    {
        await StartAsync("ones", fan => fan.AddService<IWinesOne>(_ => _one));
        await StartAsync("twos", fan => fan.AddService<IWinesTwo>(_ => _two));
        await StartAsync("proxies", fan => fan.AddProxy("wines_proxy", "wines", async (call, ct) =>
        {
            Interlocked.Increment(ref _passed);
            await _handle(call, ct);
        }, options => options.MaxMirrored = 2));
        _caller = await StartAsync("caller", _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_puts_a_proxy_in_and_out_while_calls_go_on()
    {
        await Changes.ChangeAsync([RouteChange.To("wines", "1.0.0")], Quick);
        using var ending = new CancellationTokenSource();
        var made = new int[4];
        var calling = Task.WhenAll(Enumerable.Range(0, made.Length).Select(caller => Task.Run(async () =>
        {
            for (var calls = 0; !ending.IsCancellationRequested; Volatile.Write(ref made[caller], ++calls))
            {
                Assert.Equal($"one:{calls}", await Client.FindAsync(calls));
            }
        })));
        await Eventually.TrueAsync(() => calling.IsFaulted || made.All(calls => calls > 0), "all of them call");
        for (var round = 0; round < 10; round++)
        {
            var report = await InAsync();
            var before = Volatile.Read(ref _passed);
            Assert.Equal("one:7", await Client.FindAsync(7));
            Assert.True(Volatile.Read(ref _passed) > before, "The call did not go through the proxy.");

            await Changes.RevertAsync(report.Commit.Number, Quick with { DrainTimeout = TimeSpan.FromSeconds(20) });
            before = Volatile.Read(ref _passed);
            Assert.Equal("one:8", await Client.FindAsync(8));
            Assert.Equal(before, Volatile.Read(ref _passed));
        }

        await ending.CancelAsync();
        await calling;
    }

    [Fact]
    public async Task A_forwarded_call_goes_by_the_range_of_its_caller_and_the_shares_of_the_route()
    {
        await Changes.ChangeAsync(
            [RouteChange.To("wines", "1.0.0") with { Versions = new Dictionary<string, int> { ["1.0.0"] = 100, ["2.0.0"] = 0 } }], Quick);
        await InAsync();
        Assert.Equal("one:1", await _caller.Fan.CallAsync<string>("wines.find", Arguments("""{"id":1}""")));
        Assert.Equal("one:2", await Client.FindAsync(2));
        Assert.Equal("two:3", await _caller.Fan.Get<IWinesTwo>().FindAsync(3));
        Assert.Equal(3, _passed);
        var refused = await Assert.ThrowsAsync<NoMatchingVersionException>(
            async () => await _caller.Fan.CallAsync<string>("wines.find", Arguments("""{"id":1}"""), new CallOptions { Version = "^3" }));
        Assert.Equal(["1.0.0", "2.0.0"], refused.Available.Order());
    }

    [Fact]
    public async Task Sequences_pushes_and_errors_pass_through()
    {
        await Changes.ChangeAsync([RouteChange.To("wines", "1.0.0")], Quick);
        await InAsync();
        var items = new List<int>();
        await foreach (var item in Client.CountAsync(5)) items.Add(item);
        Assert.Equal([1, 2, 3, 4, 5], items);

        await Client.ChangedAsync(9);
        await Eventually.TrueAsync(() => _one.Changed.Contains(9), "the push is handled");
        Assert.Equal("gone", (await Assert.ThrowsAsync<ServiceFaultException>(async () => await Client.FailAsync("gone"))).Fault);
        Assert.Contains(
            "find",
            (await Assert.ThrowsAsync<NoSuchMethodException>(async () => await _caller.Fan.CallAsync("wines.nothing", default))).Available);
        Assert.Equal(
            "id",
            (await Assert.ThrowsAsync<BadArgumentException>(async () => await _caller.Fan.CallAsync("wines.find", default))).Argument);
        Assert.Equal(4, _passed);
        Assert.Equal(MethodKind.Stream, (await _caller.Fan.DescribeAsync("wines.count")).Kind);
    }

    [Fact]
    public async Task Deadline_user_baggage_trace_and_snapshot_go_along()
    {
        var commit = (await InAsync()).Commit.Number;
        using var trace = _caller.Fan.StartTrace();
        using var context = (CallContext.Current with
        {
            User = "ann",
            Baggage = new Dictionary<string, string> { ["shop"] = "7" }
        }).WithTimeout(TimeSpan.FromSeconds(10)).Use();
        var seen = (await Client.SeenAsync()).Split('|');
        Assert.Equal(["ann", "7", $"{commit}", "True"], seen[..4]);
        Assert.Equal(2, trace.Spans.Count(span => span.Kind == CallSpanKind.Server));
    }

    [Fact]
    public async Task Calls_are_split_by_a_rule_of_the_proxy_to_versions_that_no_route_names()
    {
        await Changes.ChangeAsync([RouteChange.To("wines", "1.0.0")], Quick);
        _handle = (call, ct) => call.ForwardAsync(
            JsonDocument.Parse(call.Payload).RootElement.GetProperty("id").GetInt32() % 2 == 0 ? ProxyTarget.OfVersion("2.0.0") : null, ct);
        await InAsync();
        Assert.Equal(
            ["one:1", "two:2", "one:3", "two:4"],
            [await Client.FindAsync(1), await Client.FindAsync(2), await Client.FindAsync(3), await Client.FindAsync(4)]);
    }

    [Fact]
    public async Task Payload_method_service_and_context_can_be_transformed()
    {
        await StartAsync("wineries", fan => fan.AddService<IWinery>(_ => new Wines("winery")));
        _handle = async (call, ct) =>
        {
            if (call.Method == "seen")
            {
                using var changed = (CallContext.Current with { User = "somebody else" }).Use();
                await call.ForwardAsync(null, ct);
                return;
            }

            using var reply = await call.CallAsync(
                new ProxyTarget { Service = "winery", Payload = Encoding.UTF8.GetBytes("""{"id":40}""") }, ct);
            await call.ReplyAsync(Encoding.UTF8.GetBytes($"\"<{JsonSerializer.Deserialize<string>(reply.Memory.Span)}>\""), ct);
        };
        await InAsync();
        Assert.Equal("<winery:40>", await Client.FindAsync(1));
        Assert.StartsWith("somebody else|", await Client.SeenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirrored_call_reaches_the_other_version_and_nothing_of_it_reaches_the_caller()
    {
        await Changes.ChangeAsync([RouteChange.To("wines", "1.0.0")], Quick);
        var taken = new List<bool>();
        _handle = (call, ct) =>
        {
            taken.Add(call.Mirror(ProxyTarget.OfVersion(call.Method == "fail" ? "9.9.9" : "2.0.0")));
            return call.ForwardAsync(null, ct);
        };
        _two.Gate = new TaskCompletionSource();
        await InAsync();
        for (var i = 1; i <= 3; i++) Assert.Equal($"one:{i}", await Client.FindAsync(i));
        // Two are under way and wait; there is no room for the third.
        Assert.Equal([true, true, false], taken);
        await Eventually.TrueAsync(() => { lock (_two.Found) return _two.Found.Order().SequenceEqual([1, 2]); }, "both copies arrived");
        Assert.All(_two.Mirrors, member => Assert.Equal("wines", member));
        Assert.All(_one.Mirrors, Assert.Null);

        _two.Gate.SetException(new InvalidOperationException("the copy fails"));
        await Eventually.TrueAsync(async () =>
        {
            Assert.Equal("one:4", await Client.FindAsync(4));
            return taken[^1];
        }, "there is room again");
    }

    [Fact]
    public async Task Calls_do_not_come_back_to_a_proxy_by_a_detour()
    {
        await StartAsync("wineries", fan => fan.AddService<IWinery>(_ => new Wines("winery")));
        _handle = (call, ct) => call.ForwardAsync(new ProxyTarget { Service = "winery" }, ct);
        await Changes.ChangeAsync(
            [new RouteChange { Service = "wines", Alias = "wines_proxy" }, new RouteChange { Service = "winery", Alias = "wines" }],
            Quick with { Force = true });
        Assert.Contains(
            "leads back to the proxy",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await Client.FindAsync(1))).Message,
            StringComparison.Ordinal);
        Assert.Equal(1, _passed);
    }

    [Fact]
    public async Task A_proxy_that_gives_no_reply_fails_the_call()
    {
        _handle = (_, _) => default;
        await InAsync();
        Assert.Contains(
            "gave no reply",
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client.FindAsync(1))).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("garbage")]
    public async Task A_reply_that_is_no_json_fails_the_call_with_the_name_of_the_proxy(string reply)
    {
        _handle = (call, ct) => call.ReplyAsync(Encoding.UTF8.GetBytes(reply), ct);
        await InAsync();
        Assert.Contains(
            "The proxy 'wines_proxy' gave a reply to 'wines.find' that is not one JSON value",
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client.FindAsync(1))).Message,
            StringComparison.Ordinal);
        // Of a method without a result nobody reads it.
        Assert.Contains(
            "'wines_proxy'",
            (await Assert.ThrowsAsync<RemoteFailureException>(async () => await Client.FailAsync("none"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("'wines_proxy'", (await Assert.ThrowsAsync<RemoteFailureException>(
            async () => await Client.CountAsync(1).GetAsyncEnumerator().MoveNextAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reply_of_another_type_is_told_with_the_name_of_the_proxy()
    {
        _handle = (call, ct) => call.ReplyAsync("""{"no":"text"}"""u8.ToArray(), ct);
        await InAsync();
        var error = await Assert.ThrowsAsync<BadMessageException>(async () => await Client.FindAsync(1));
        Assert.Contains("it came from the proxy 'wines_proxy', which stands before 'wines'", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<BadMessageException>(async () => await Client.CountAsync(1).GetAsyncEnumerator().MoveNextAsync());
        Assert.Contains("it came from the proxy 'wines_proxy'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("my shop")]
    [InlineData("")]
    [InlineData("größe")]
    [InlineData("a,b")]
    public void A_baggage_name_that_can_t_travel_is_refused(string name) =>
        Assert.Equal("baggage", Assert.Throws<BadArgumentException>(
            () => CallContext.Current with { Baggage = new Dictionary<string, string> { [name] = "x" } }).Argument);

    private Task<ChangeReport> InAsync() => Changes.ChangeAsync([new RouteChange { Service = "wines", Alias = "wines_proxy" }], Quick);

    private static JsonElement Arguments(string json) => JsonDocument.Parse(json).RootElement;

    private async Task<TestHost> StartAsync(string name, Action<FanBuilder> configure)
    {
        var host = await TestHost.StartAsync(_tree, _network, name, configure);
        _hosts.Add(host);
        return host;
    }
}
