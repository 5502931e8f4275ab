using System.Diagnostics;
using System.Text.Json;
using Fan.Coordination;
using Fan.Queues;
using Fan.Queues.Local;
using Fan.Tests.Applications;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Queues;

/// <summary>Pushes to a service of the same process, without a broker.</summary>
public sealed class LocalPushTests
{
    private static readonly QueueName Queue = new("news");

    private readonly MemoryTree _tree = new();
    private readonly LoopNetwork _network = new();

    [Fact]
    public async Task A_push_returns_when_it_is_accepted_and_is_handled_by_another_flow_of_control()
    {
        var release = new TaskCompletionSource();
        var news = new News((_, _) => new ValueTask(release.Task));
        await using var host = await StartAsync(news);
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 1, "it is being handled");
        release.SetResult();
        await DoneAsync(host);
    }

    [Fact]
    public async Task A_synchronous_push_goes_to_the_queue_as_well()
    {
        var news = new News();
        await using var host = await StartAsync(news);
        host.Fan.Get<INews>().Shout("a");
        await Eventually.TrueAsync(() => news.Texts.Contains("a!"), "it was handled");
    }

    [Fact]
    public async Task Rpc_methods_of_a_service_with_pushes_stay_direct()
    {
        await using var host = await StartAsync(new News());
        var news = host.Fan.Get<INews>();
        for (var i = 0; i < 1000; i++) news.Add(i, i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) news.Add(i, i);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task A_failed_push_is_tried_again_and_dies_when_every_attempt_failed()
    {
        var news = new News((text, _) => throw new InvalidOperationException("broken " + text));
        await using var host = await StartAsync(
            news, options => (options.MaxAttempts, options.Backoff) = (3, TimeSpan.FromMilliseconds(1)));
        var id = await host.Fan.PushAsync(
            "news.publish", Json("""{"text": "a"}"""), cancellationToken: TestContext.Current.CancellationToken);
        var letter = await DeadAsync(host);
        Assert.Equal(
            (DeadLetterReasons.AttemptsExhausted, "broken a", typeof(InvalidOperationException).FullName, 3, id),
            (letter.Reason, letter.Detail, letter.ExceptionType, letter.Attempts, letter.Message.Id));
        Assert.Equal([1, 2, 3], news.Contexts.Select(context => context.Push!.Attempt));
        Assert.All(news.Contexts, context => Assert.Equal((id, "main"), (context.Push!.MessageId, context.Push.Group)));
    }

    [Fact]
    public async Task A_push_that_its_handler_rejects_dies_at_once()
    {
        await using var host = await StartAsync(new News((_, _) => throw new PushRejectedException("no such shop")));
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        var letter = await DeadAsync(host);
        Assert.Equal((DeadLetterReasons.Rejected, "no such shop", 1), (letter.Reason, letter.Detail, letter.Attempts));
    }

    [Fact]
    public async Task An_argument_error_of_something_that_the_handler_calls_is_tried_again()
    {
        var news = new News((_, _) => CallContext.Current.Push!.Attempt == 1 ? throw new BadArgumentException("x", "not here") : default);
        await using var host = await StartAsync(news);
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 2, "it was tried again");
    }

    [Fact]
    public async Task A_handler_that_cancels_itself_is_tried_again()
    {
        var news = new News(async (_, _) =>
        {
            if (CallContext.Current.Push!.Attempt > 1) return;
            using var own = new CancellationTokenSource();
            await own.CancelAsync();
            await Task.Delay(Timeout.Infinite, own.Token);
        });
        await using var host = await StartAsync(news);
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => news.Texts.Count == 2, "it was tried again");
        await DoneAsync(host);
    }

    [Theory]
    [InlineData("no message", "")]
    [InlineData("message throws", "can't be read")]
    [InlineData("long", "xxx")]
    public async Task A_failure_that_can_t_be_read_is_a_failure(string how, string detail)
    {
        await using var host = await StartAsync(new News((_, _) => throw new HostileException(how)), options => options.MaxAttempts = 2);
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        var letter = await DeadAsync(host);
        Assert.Equal((DeadLetterReasons.AttemptsExhausted, 2), Summary(letter));
        Assert.Contains(detail, letter.Detail, StringComparison.Ordinal);
        Assert.True(letter.Detail!.Length <= 1000);
        Assert.DoesNotContain(letter.Detail, c => c is '\0' or '\ud83d');
    }

    [Fact]
    public async Task A_message_that_its_argument_s_type_refuses_dies_at_once()
    {
        var crates = new Crates();
        await using var host = await TestHost.StartAsync(_tree, _network, "one", fan => fan.AddService<ICrates>(_ => crates));
        var queues = host.Services.GetRequiredService<LocalQueueTransport>();
        string[] bad =
        [
            """{"crate": {"weight": -1}}""",
            """{"crate": {"weight": 1}, "shape": {"size": 1}}""",
            """{"crate": {"weight": 1}, "shape": {"size": 1, "$type": "box"}}"""
        ];
        foreach (var payload in bad) await queues.SendAsync(Message("load", payload, "crates"), TestContext.Current.CancellationToken);
        await queues.SendAsync(
            Message("load", """{"crate": {"weight": 1}, "shape": {"$type": "box", "size": 1}}""", "crates"),
            TestContext.Current.CancellationToken);
        var letters = await DeadAsync(host, bad.Length, new QueueName("crates"));
        Assert.All(letters, letter => Assert.Equal((DeadLetterReasons.BadMessage, 1), Summary(letter)));
        await Eventually.TrueAsync(() => crates.Loaded == 1, "the sound one was handled");
    }

    [Fact]
    public async Task A_message_that_nobody_understands_dies_at_once_with_the_reason()
    {
        await using var host = await StartAsync(new News());
        var queues = host.Services.GetRequiredService<LocalQueueTransport>();
        await queues.SendAsync(Message("publish", """{"txt": 1}"""), TestContext.Current.CancellationToken);
        Assert.Equal((DeadLetterReasons.BadMessage, 1), Summary(await DeadAsync(host)));
        await queues.SendAsync(Message("unpublish", "{}"), TestContext.Current.CancellationToken);
        await queues.SendAsync(Message("add", """{"left": 1, "right": 2}"""), TestContext.Current.CancellationToken);
        var letters = await DeadAsync(host, 3);
        Assert.Equal((DeadLetterReasons.NoSuchMethod, 1), Summary(letters[1]));
        Assert.Equal((DeadLetterReasons.NoSuchMethod, 1), Summary(letters[2]));
    }

    [Fact]
    public async Task A_handler_that_takes_too_long_is_cancelled_and_has_failed()
    {
        var news = new News(async (_, token) => await Task.Delay(Timeout.Infinite, token));
        await using var host = await StartAsync(
            news, options => (options.MaxAttempts, options.HandlingTimeout) = (1, TimeSpan.FromMilliseconds(50)));
        await host.Fan.Get<INews>().PublishAsync("a", TestContext.Current.CancellationToken);
        Assert.Equal(typeof(DeadlineExceededException).FullName, (await DeadAsync(host)).ExceptionType);
    }

    [Fact]
    public async Task Bad_arguments_and_calls_that_are_no_pushes_are_refused_at_the_pusher()
    {
        await using var host = await StartAsync(new News());
        await Assert.ThrowsAsync<BadArgumentException>(async () => await host.Fan.PushAsync("news.publish", Json("""{"txt": 1}""")));
        await Assert.ThrowsAsync<NoSuchMethodException>(
            async () => await host.Fan.PushAsync("news.add", Json("""{"left": 1, "right": 2}""")));
        await Assert.ThrowsAsync<NoSuchMethodException>(async () => await host.Fan.PushAsync("news.nothing", default));
        await Assert.ThrowsAsync<BadArgumentException>(async () => await host.Fan.CallAsync("news.publish", Json("""{"txt": 1}""")));
    }

    [Fact]
    public async Task Options_reach_the_message()
    {
        var news = new News();
        await using var host = await StartAsync(news);
        var token = TestContext.Current.CancellationToken;
        await host.Fan.Push<INews>(new() { Key = "k", MessageId = "m-1", Delay = TimeSpan.FromMilliseconds(50) })
            .PublishAsync("later", token);
        await host.Fan.Push<INews>(new() { Key = "k" }).PublishAsync("now", token);
        await Eventually.TrueAsync(() => news.Texts.Count == 2, "both were handled");
        Assert.Equal(["now", "later"], news.Texts);
        Assert.Equal(("k", "m-1"), (news.Contexts.Last().Push!.Key, news.Contexts.Last().Push!.MessageId));
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public async Task Options_out_of_their_bounds_are_refused_with_what_is_wrong(PushOptions options, string member)
    {
        await using var host = await StartAsync(new News());
        var error = await Assert.ThrowsAsync<ArgumentException>(
            async () => await host.Fan.Push<INews>(options).PublishAsync("a", TestContext.Current.CancellationToken));
        Assert.Contains("PushOptions." + member, error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<PushOptions, string> BadOptions => new()
    {
        { new() { Key = "" }, "Key" },
        { new() { Key = new string('x', 257) }, "Key" },
        { new() { MessageId = "a b" }, "MessageId" },
        { new() { Delay = TimeSpan.FromSeconds(-1) }, "Delay" },
        { new() { Delay = TimeSpan.FromDays(400) }, "Delay" },
        { new() { Delay = TimeSpan.FromSeconds(1), NotBefore = DateTimeOffset.UnixEpoch }, "Delay" },
        { new() { NotBefore = DateTimeOffset.MaxValue }, "NotBefore" },
        { new() { TimeToLive = TimeSpan.Zero }, "TimeToLive" },
        { new() { TimeToLive = TimeSpan.FromSeconds(1), Delay = TimeSpan.FromSeconds(2) }, "TimeToLive" },
    };

    [Fact]
    public async Task A_trace_goes_on_from_the_pusher_to_the_handler()
    {
        var spans = new List<Activity>();
        var root = new Activity("root");
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Fan",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == root.TraceId) lock (spans) spans.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = await StartAsync(new News());
        root.Start();
        using ((CallContext.Current with { User = "ann", Baggage = new Dictionary<string, string> { ["shop"] = "42" } }).Use())
            await host.Fan.Push<INews>(new() { MessageId = "m-1" }).PublishAsync("a", TestContext.Current.CancellationToken);
        root.Stop();
        await Eventually.TrueAsync(
            () =>
            {
                lock (spans) return spans.Count == 2;
            },
            "both ends have a span");
        var (send, process) = (
            spans[0].Kind == ActivityKind.Producer ? spans[0] : spans[1], spans[0].Kind == ActivityKind.Producer ? spans[1] : spans[0]);
        Assert.Equal(("send news/publish", ActivityKind.Producer, root.SpanId), (send.OperationName, send.Kind, send.ParentSpanId));
        Assert.Equal(
            ("process news/publish", ActivityKind.Consumer, send.SpanId), (process.OperationName, process.Kind, process.ParentSpanId));
        Assert.Equal(("local", "news", "m-1", "send"), (Tag(send, "messaging.system"), Tag(
            send, "messaging.destination.name"), Tag(send, "messaging.message.id"), Tag(send, "messaging.operation.type")));
        Assert.Equal(
            ("local", "main", "process"),
            (Tag(process, "messaging.system"), Tag(process, "messaging.consumer.group.name"), Tag(process, "messaging.operation.type")));

        static object? Tag(Activity activity, string name) => activity.GetTagItem(name);
    }

    [Fact]
    public async Task The_handler_has_the_context_of_the_pusher_and_a_time_of_its_own()
    {
        var stock = new Stock();
        await using var host = await TestHost.StartAsync(_tree, _network, "shop", fan => fan.AddService<IStock>(_ => stock));
        using ((CallContext.Current.WithTimeout(TimeSpan.FromSeconds(2)) with
        {
            User = "ann",
            Baggage = new Dictionary<string, string> { ["a"] = "ž" }
        }).Use())
            await host.Fan.Get<IStock>(42).ChangedAsync(new StockChange(1, 2), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => !stock.Changes.IsEmpty, "it was handled");
        var (change, context) = stock.Changes.Single();
        Assert.Equal(new StockChange(1, 2), change);
        Assert.Equal(("ann", "ž", "shop"), (context.User, context.Baggage["a"], context.Caller));
        Assert.Equal(["42"], context.ShardKeys);
        Assert.True(context.Remaining > TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task What_waits_in_memory_is_handled_before_the_application_ends()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var news = new News(async (_, _) =>
        {
            entered.TrySetResult();
            await release.Task;
        });
        await using var host = await StartAsync(news, options => options.Concurrency = 1);
        for (var i = 0; i < 5; i++) await host.Fan.Get<INews>().PublishAsync("m" + i, TestContext.Current.CancellationToken);
        await entered.Task;
        var stopping = host.StopAsync();
        release.SetResult();
        await stopping;
        Assert.Equal(["m0", "m1", "m2", "m3", "m4"], news.Texts);
    }

    [Fact]
    public async Task A_full_queue_refuses()
    {
        var release = new TaskCompletionSource();
        await using var host = await StartAsync(new News((_, _) => new(release.Task)), options => options.MaxMessages = 2);
        var news = host.Fan.Get<INews>();
        await news.PublishAsync("a", TestContext.Current.CancellationToken);
        await news.PublishAsync("b", TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<LimitExceededException>(
            async () => await news.PublishAsync("c", TestContext.Current.CancellationToken));
        Assert.Contains("news/main", error.Message, StringComparison.Ordinal);
        release.SetResult();
    }

    private Task<TestHost> StartAsync(News news, Action<SubscriptionOptions>? configure = null) => TestHost.StartAsync(
        _tree, _network, "one", fan => fan.AddService<INews>(_ => news).ConfigureQueue<INews>(options =>
        {
            options.Backoff = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(options);
        }));

    private static Task<DeadLetter> DeadAsync(TestHost host) =>
        DeadAsync(host, 1).ContinueWith(letters => letters.Result[0], TaskScheduler.Default);

    private static async Task<IReadOnlyList<DeadLetter>> DeadAsync(TestHost host, int count, QueueName? queue = null)
    {
        IReadOnlyList<DeadLetter> found = [];
        var queues = host.Services.GetRequiredService<LocalQueueTransport>();
        await Eventually.TrueAsync(
            async () => (found = await queues.PeekDeadAsync(queue ?? Queue, 10, TestContext.Current.CancellationToken)).Count == count,
            $"{count} dead letters");
        return found;
    }

    private static Task DoneAsync(TestHost host) => Eventually.TrueAsync(
        async () => await host.Services.GetRequiredService<LocalQueueTransport>().GetStatusAsync(
            Queue, TestContext.Current.CancellationToken) is { Waiting: 0, Scheduled: 0, InFlight: 0 }, "all is handled");

    private static (string Reason, int Attempts) Summary(DeadLetter letter) => (letter.Reason, letter.Attempts);

    private static QueueMessage Message(string method, string payload, string service = "news") => new()
    {
        Id = Guid.NewGuid().ToString("N"),
        Service = service,
        Method = method,
        Headers = new(),
        ContentType = "application/json",
        Payload = System.Text.Encoding.UTF8.GetBytes(payload),
    };

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
