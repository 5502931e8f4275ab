using System.Text.Json;

namespace Fan.Cli.Tests.Commands;

[Service("press", Version = "1.0.0")]
public interface IPress
{
    ValueTask<int> TurnAsync(CancellationToken ct = default);

    ValueTask BreakAsync(CancellationToken ct = default);

    ValueTask JamAsync(CancellationToken ct = default);
}

public sealed class BenchTests : IAsyncLifetime
{
    private readonly Place _place = new();
    private readonly Press _press = new();

    public async ValueTask InitializeAsync() =>
        await _place.StartAsync(
            "cellars", fan => fan.AddIpc().AddService<ICellar, Cellar>().AddService<ITill, Till>().AddService<IPress>(_ => _press));

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task It_tells_calls_times_and_how_they_are_spread()
    {
        var result = (await _place.RunAsync(
            "bench", "cellar.get", "id=7", "--callers", "4", "--duration", "300ms", "--warmup", "0s")).Succeeded();
        Assert.Equal("", result.Error);
        Assert.Matches(@"^cellar\.get over ipc, 4 callers, \d+\.\d s$", result.Lines[0]);
        Assert.Matches(@"^CALLS +FAILED +CALLS/S +P50 +P90 +P99 +P99\.9 +MAX$", result.Lines[1]);
        Assert.Matches(@"^[\d,]+ +0 +[\d,.]+( +[\d.]+ m?s){5}$", result.Lines[2]);
        Assert.Matches("^WITHIN +CALLS +SHARE$", result.Lines[3]);
        Assert.All(result.Lines[4..], line => Assert.Matches(@"^[\d.]+ m?s +[\d,]+ +[\d.]+ %( +█+)?$", line));
    }

    [Fact]
    public async Task As_json_the_numbers_agree_with_each_other()
    {
        var report = (await _place.RunAsync(
            "bench", "shop[42].till.name", "--duration", "200ms", "--warmup", "50ms", "--via", "http", "--json")).Succeeded().Json;
        Assert.Equal(("shop[42].till.name", "http", 16), (
            report.GetProperty("method").GetString(),
            report.GetProperty("transport").GetString(),
            report.GetProperty("callers").GetInt32()));
        var calls = report.GetProperty("calls").GetInt64();
        Assert.True(calls > 0);
        Assert.Equal(calls, report.GetProperty("histogram").EnumerateArray().Sum(step => step.GetProperty("calls").GetInt64()));
        Assert.Equal(calls / report.GetProperty("seconds").GetDouble(), report.GetProperty("calls_per_second").GetDouble(), 3);
        var times = new[] { "p50", "p90", "p99", "p999", "max" }.Select(
            name => report.GetProperty("latency_ms").GetProperty(name).GetDouble()).ToArray();
        Assert.Equal(times.Order(), times);
        Assert.Equal((0, 0, JsonValueKind.False), (
            report.GetProperty("failed").GetInt32(),
            report.GetProperty("errors").GetArrayLength(),
            report.GetProperty("interrupted").ValueKind));
    }

    [Fact]
    public async Task Calls_that_fail_are_counted_by_code_and_are_a_failure()
    {
        // The first one shows that the call as such is right.
        _press.Breaks = 1;
        var result = await _place.RunAsync("bench", "press.break", "--duration", "200ms", "--warmup", "0s", "--callers", "2");
        Assert.Equal(1, result.Code);
        Assert.Matches("\nERROR +CALLS +THE FIRST ONE SAID\nfault: out_of_stock +[\\d,]+ +none left\n", result.Out);
        _press.Breaks = 1;
        var report = (await _place.RunAsync("bench", "press.break", "--duration", "200ms", "--warmup", "0s", "--json")).Json;
        Assert.Equal(report.GetProperty("calls").GetInt64(), report.GetProperty("failed").GetInt64());
        Assert.False(report.TryGetProperty("latency_ms", out _));
    }

    [Fact]
    public async Task A_rate_is_kept_and_not_passed()
    {
        var report = (await _place.RunAsync(
            "bench", "cellar.get", "id=7", "--rate", "100", "--duration", "500ms", "--warmup", "0s", "--json")).Succeeded().Json;
        Assert.Equal((50, 100), (report.GetProperty("calls").GetInt32(), report.GetProperty("rate").GetInt32()));
    }

    [Fact]
    public async Task Of_a_call_that_is_held_up_those_behind_it_count_from_when_they_were_due()
    {
        _press.JamTime = TimeSpan.FromMilliseconds(300);
        var report = (await _place.RunAsync(
            "bench", "press.jam", "--callers", "1", "--rate", "100", "--duration", "200ms", "--warmup", "0s", "--json")).Succeeded().Json;
        // One call takes 300 ms; nineteen are due meanwhile, and wait for most of that.
        Assert.True(report.GetProperty("latency_ms").GetProperty("p50").GetDouble() > 100, report.ToString());
    }

    [Fact]
    public async Task Sequences_are_read_to_their_end() =>
        Assert.True(
            (await _place.RunAsync(
                "bench",
                "cellar.count",
                "to=3",
                "--duration",
                "100ms",
                "--warmup",
                "0s",
                "--json")).Succeeded().Json.GetProperty("calls").GetInt64() > 0);

    [Fact]
    public async Task Interrupted_it_tells_what_there_is()
    {
        using var interrupt = new CancellationTokenSource();
        _press.Turned = turns =>
        {
            if (turns == 200) interrupt.Cancel();
        };
        var result = await _place.RunAsync(
            new ToolRun { Cancellation = interrupt.Token }, "bench", "press.turn", "--duration", "1h", "--warmup", "0s", "--json");
        Assert.Equal(130, result.Code);
        Assert.True(result.Json.GetProperty("interrupted").GetBoolean());
        Assert.True(result.Json.GetProperty("calls").GetInt32() >= 100, result.Out);
    }

    [Fact]
    public async Task On_a_terminal_one_line_shows_how_far_it_is()
    {
        var run = new ToolRun { OnTerminal = true, Width = 120, Environment = { ["NO_COLOR"] = "1" } };
        var result = (await _place.RunAsync(run, "bench", "cellar.get", "id=7", "--duration", "500ms", "--warmup", "300ms")).Succeeded();
        Assert.Matches(@"\rwarming up [█░]{20} \d\.\d of 0\.3 s, [\d,]+ calls/s, 0 failed", result.Error);
        Assert.Matches(@"\r[█░]{20} \d\.\d of 0\.5 s, [\d,]+ calls/s, 0 failed", result.Error);
        Assert.Equal("", result.Error.Split('\r')[^1]);
    }

    [Fact]
    public async Task What_is_wrong_with_the_call_is_told_once_and_nothing_measured()
    {
        (await _place.RunAsync("bench", "cellar.get", "id=x")).Failed(1, "Argument 'id'");
        (await _place.RunAsync("bench", "cellar.got", "id=7")).Failed(1, "has no method 'got'");
        (await _place.RunAsync("bench", "celar.get", "id=7")).Failed(1, "Did you mean 'cellar'?");
        (await _place.RunAsync("bench", "cellar.get", "id=7", "--via", "amqp")).Failed(
            1, "Service 'cellar' is not served over 'amqp', but over http, ipc. [no_such_transport]");
    }

    [Theory]
    [InlineData("--callers must be a whole number from 1 to 10000; it is '0'.", "--callers", "0")]
    [InlineData("--rate must be a number of calls in a second, above 0 and at most 1000000; it is 'fast'.", "--rate", "fast")]
    [InlineData("--duration must be a time", "--duration", "long")]
    [InlineData("--warmup must be a time", "--warmup", "-1s")]
    [InlineData("Option '--caller' is not known. See 'fan bench --help'.", "--caller=3")]
    public async Task What_can_not_be_understood_is_wrong_usage(string text, params string[] options) =>
        (await _place.RunAsync(["bench", "cellar.get", "id=7", .. options])).Failed(2, text);
}

internal sealed class Press : IPress
{
    private int _breaks;
    private int _jams;
    private int _turns;

    /// <summary>The calls to <see cref="BreakAsync"/> that succeed before all others fail.</summary>
    public int Breaks
    {
        get => _breaks;
        set => _breaks = value;
    }

    /// <summary>What the second call to <see cref="JamAsync"/> takes.</summary>
    public TimeSpan JamTime { get; set; }

    /// <summary>Told how many calls to <see cref="TurnAsync"/> there were.</summary>
    public Action<int>? Turned { get; set; }

    public ValueTask<int> TurnAsync(CancellationToken ct = default)
    {
        var turns = Interlocked.Increment(ref _turns);
        Turned?.Invoke(turns);
        return new(turns);
    }

    public ValueTask BreakAsync(CancellationToken ct = default) =>
        Interlocked.Decrement(ref _breaks) >= 0 ? default : throw new ServiceFaultException("out_of_stock", "none left");

    public async ValueTask JamAsync(CancellationToken ct = default)
    {
        if (Interlocked.Increment(ref _jams) == 2) await Task.Delay(JamTime, ct);
    }
}
