using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Fan.Conformance.Transports;

/// <summary>An error says who is at fault, whatever was thrown, and hurts no other call.</summary>
public abstract class TransportBlameConformance : TransportConformance
{
    private readonly ErrorLog _log = new();

    private IFaults Faults => Caller.Fan.Get<IFaults>();

    protected override void Configure(FanBuilder service)
    {
        ArgumentNullException.ThrowIfNull(service);
        service.Services.AddSingleton<ILoggerProvider>(_log).AddLogging();
        service.AddService<IFaults, Faults>();
    }

    [Theory]
    [InlineData("weigh", """{"crate": {"weight": -1, "count": 1}}""", "crate")]
    [InlineData("weigh", """{"crate": {"weight": 1, "count": -1}}""", "crate")]
    [InlineData("area", """{"shape": {"radius": 1}}""", "shape")]
    [InlineData("area", """{"shape": {"radius": 1, "$type": "circle"}}""", "shape")]
    [InlineData("area", """{"shape": {"$type": "square"}}""", "shape")]
    [InlineData("areas", """{"shapes": [{"$type": "circle", "radius": 1}, {"radius": 1}]}""", "shapes[1]")]
    [InlineData("load", """{"crate": {"weight": -1, "count": 1}}""", "crate")]
    public async Task What_an_argument_s_own_type_refuses_is_a_bad_argument(string method, string json, string argument)
    {
        using var arguments = JsonDocument.Parse(json);
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await Caller.Fan.CallAsync("faults." + method, arguments.RootElement));
        Assert.StartsWith(argument, error.Argument, StringComparison.Ordinal);
        Assert.Empty(_log.Errors);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(1, -1)]
    public async Task What_an_argument_s_own_type_refuses_is_a_bad_argument_by_contract_too(int weight, int count)
    {
        var error = await Assert.ThrowsAsync<BadArgumentException>(
            async () => await Caller.Fan.Get<Strangers.IFaults>().WeighAsync(new() { Weight = weight, Count = count }));
        Assert.StartsWith("crate", error.Argument, StringComparison.Ordinal);
        Assert.Equal(6, await Caller.Fan.Get<Strangers.IFaults>().WeighAsync(new() { Weight = 2, Count = 3 }));
        Assert.Empty(_log.Errors);
    }

    [Fact]
    public async Task An_argument_that_can_t_be_written_is_named_and_nothing_is_sent()
    {
        Assert.Equal(
            "parcel",
            (await Assert.ThrowsAsync<BadArgumentException>(async () => await Faults.WrapAsync(new Parcel { Spoiled = "here" }))).Argument);
        Assert.Equal("value", (await Assert.ThrowsAsync<BadArgumentException>(async () => await Faults.MirrorAsync(1, default))).Argument);
        Assert.Equal(7, (await Faults.WrapAsync(new Parcel { Weight = 7 })).Weight);
        Assert.Equal(0, Service.Rejected);
    }

    [Fact]
    public async Task What_a_result_s_own_type_refuses_is_a_bad_reply()
    {
        var strangers = Caller.Fan.Get<Strangers.IFaults>();
        Assert.Equal(1, (await strangers.FillAsync(1)).Weight);
        Assert.Equal("reply", (await Assert.ThrowsAsync<BadMessageException>(async () => await strangers.FillAsync(-1))).Place);
        Assert.Equal(
            "reply", (await Assert.ThrowsAsync<BadMessageException>(async () => await strangers.FillAllAsync(-1).ToListAsync())).Place);
        using var arguments = JsonDocument.Parse("""{"weight": -1}""");
        Assert.Equal("reply", (await Assert.ThrowsAsync<BadMessageException>(
            async () => await Caller.Fan.CallAsync<Strangers.Sack>("faults.fill", arguments.RootElement))).Place);
        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task A_result_that_can_t_be_written_is_the_service_s_failure()
    {
        var error = await Assert.ThrowsAsync<RemoteFailureException>(async () => await Faults.SpoilAsync());
        Assert.Equal("System.NotSupportedException", error.RemoteType);
        var seen = 0;
        error = await Assert.ThrowsAsync<RemoteFailureException>(async () =>
        {
            await foreach (var _ in Faults.SpoilLaterAsync()) seen++;
        });
        Assert.Equal(("System.NotSupportedException", 1), (error.RemoteType, seen));
        Assert.Equal(2, _log.Errors.Count);
    }

    [Fact]
    public async Task A_service_that_cancels_itself_has_failed_and_says_so_in_its_log()
    {
        await IsFailureAsync("own timeout", "System.Threading.Tasks.TaskCanceledException", "A task was canceled.");
        Assert.Equal(2, _log.Errors.Count);
    }

    [Theory]
    [InlineData("no message")]
    [InlineData("message throws")]
    [InlineData("text throws")]
    [InlineData("half an emoji")]
    public async Task An_exception_that_can_t_be_read_is_told_nevertheless(string how)
    {
        using var trace = Caller.Fan.StartTrace();
        await IsFailureAsync(how, null, null);
        Assert.Equal(2, _log.Errors.Count);
        Assert.All(
            trace.Spans.Where(span => span.Name.StartsWith("faults/", StringComparison.Ordinal)), span => Assert.NotNull(span.Error));
    }

    [Theory]
    [InlineData("long", 8_000)]
    [InlineData("long", 64 * 1024)]
    [InlineData("long", 5 * 1024 * 1024)]
    [InlineData("long emoji", 8191)]
    [InlineData("long emoji", 64 * 1024)]
    [InlineData("long controls", 64 * 1024)]
    public async Task A_long_message_is_cut_and_breaks_nothing(string how, int length)
    {
        using var waiting = new CancellationTokenSource();
        var beside = Remote.WaitAsync(waiting.Token).AsTask();
        await SoonAsync(Cellar.Waiting);
        await IsFailureAsync(how, "System.InvalidOperationException", null, length);
        Assert.False(beside.IsCompleted);
        Cellar.Release.TrySetResult();
        await SoonAsync(beside);
    }

    [Theory]
    [InlineData("long fault", typeof(ServiceFaultException))]
    [InlineData("long lists", typeof(NoSuchMethodException))]
    [InlineData("long lists of controls", typeof(NoSuchMethodException))]
    [InlineData("long lists of wide characters", typeof(NoSuchMethodException))]
    [InlineData("long lists of emoji", typeof(NoSuchMethodException))]
    public async Task Every_member_of_an_error_is_bounded(string how, Type expected)
    {
        foreach (var length in new[] { 100, 5_000, 100_000 })
        {
            Assert.IsType(expected, await Record.ExceptionAsync(async () => await Faults.ThrowAsync(how, length)));
            Assert.IsType(expected, await Record.ExceptionAsync(async () => await Faults.ThrowLaterAsync(how, length).ToListAsync()));
        }

        Assert.Equal(3, Remote.Add(1, 2));
    }

    [Fact]
    public async Task A_name_of_an_argument_beyond_ASCII_is_one_as_others() => Assert.Equal(7, await Faults.SizeAsync(7));

    private async Task IsFailureAsync(string how, string? type, string? message, int length = 0)
    {
        foreach (var call in new Func<Task>[]
        {
            async () => await Faults.ThrowAsync(how, length),
            async () => await Faults.ThrowLaterAsync(how, length).ToListAsync()
        })
        {
            var error = await Assert.ThrowsAsync<RemoteFailureException>(call);
            if (type is not null) Assert.Equal(type, error.RemoteType);
            if (message is not null) Assert.Equal(message, error.Message);
            Assert.True(error.Message.Length <= 8192);
            Assert.False(char.IsHighSurrogate(error.Message.LastOrDefault()));
        }

        Assert.Equal(3, Remote.Add(1, 2));
    }

    // As a console would: it reads the whole exception at once.
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        private readonly List<string> _errors = [];

        public IReadOnlyList<string> Errors
        {
            get
            {
                lock (_errors) return [.. _errors];
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            lock (_errors) _errors.Add($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
