using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Messaging;
using Fan.Redis.Tests.Calls;
using Fan.Redis.Tests.Servers;
using StackExchange.Redis;

namespace Fan.Redis.Tests.MicroFan;

/// <summary>Messages in the form of Python's micro-fan, byte by byte, both ways.</summary>
public sealed class MicroFanTests(RedisServers servers) : RedisTest, IAsyncDisposable
{
    private readonly string _queue = "python." + Guid.NewGuid().ToString("N");
    private ConnectionMultiplexer? _connection;

    // The bytes of the original's caller, and of the reply that it takes apart: by the span in the outer one, which its reading loop
    // looks for among numbers, and then the response of the response. Where that is missing, the call fails there and the loop goes on.
    [Theory]
    [InlineData(
        """{"context_headers": {"span_id": 18446744073709551615, "trace_id": 1311768467463790320, "sampled": true},""" +
        """ "method": "add", "args": [2], "kwargs": {"right": 3}, "back_route": "ROUTE"}""",
        """{"context_headers":{"span_id":18446744073709551615,"trace_id":1311768467463790320,"sampled":true},"method":"add",""" +
        "\"response\":" +
        """{"context_headers":{"span_id":18446744073709551615,"trace_id":1311768467463790320,"sampled":true},""" +
        "\"method\":\"add\",\"response\":5}}")]
    [InlineData(
        """{"context_headers": {"span_id": "7", "trace_id": "8", "sampled": "False"}, "method": "add",""" +
        """ "args": [2, 3], "kwargs": {}, "back_route": "ROUTE"}""",
        """{"context_headers":{"span_id":7,"trace_id":8,"sampled":false},"method":"add","response":{"context_headers":""" +
        """{"span_id":7,"trace_id":8,"sampled":false},"method":"add","response":5}}""")]
    [InlineData("""{"context_headers": {}, "method": "count", "args": [], "kwargs": {"to": 3}, "back_route": "ROUTE"}""",
        """{"context_headers":{},"method":"count","response":{"context_headers":{},"method":"count","response":[1,2,3]}}""")]
    [InlineData(
        """{"method": "count", "args": [0], "back_route": "ROUTE"}""",
        """{"context_headers":{},"method":"count","response":{"context_headers":{},"method":"count","response":[]}}""")]
    [InlineData("""{"context_headers": {}, "method": "echo", "args": ["\u017e"], "kwargs": {}, "back_route": "ROUTE"}""",
        """{"context_headers":{},"method":"echo","response":{"context_headers":{},"method":"echo","response":"ž"}}""")]
    [InlineData(
        """{"context_headers": {"span_id": 7, "trace_id": 8, "sampled": true}, "method": "add",""" +
        """ "args": [1, 2, 3], "kwargs": {}, "back_route": "ROUTE"}""",
        """{"context_headers":{"span_id":7,"trace_id":8,"sampled":true},"method":"add","response":{"context_headers":""" +
        """{"span_id":7,"trace_id":8,"sampled":true},"method":"add","error":{"code":"bad_argument","message":"'add' takes 2 arguments, """ +
        """and 3 were given.","place":"args"}}}""")]
    [InlineData(
        """{"context_headers": {"span_id": 7, "trace_id": 8, "sampled": true}, "method": "absent", "args": [],""" +
        """ "kwargs": {}, "back_route": "ROUTE"}""",
        """{"context_headers":{"span_id":7,"trace_id":8,"sampled":true},"method":"absent","response":{"context_headers":""" +
        """{"span_id":7,"trace_id":8,"sampled":true},"method":"absent","error":{"code":"no_such_method",""")]
    public async Task A_request_in_its_form_is_answered_in_its_form(string request, string reply)
    {
        var subscriber = await ConnectAsync();
        var endpoint = await EndpointAsync(await ServeAsync((await servers.SharedAsync()).Uri));
        Assert.Equal(("127.0.0.1", (await servers.SharedAsync()).Port), (endpoint.Host, endpoint.Port));
        var answered = new TaskCompletionSource<string>();
        await subscriber.SubscribeAsync(RedisChannel.Literal(_queue), (_, body) => answered.TrySetResult((string)body!));
        Assert.Equal(1, await subscriber.PublishAsync(
            RedisChannel.Literal(endpoint.Properties["queue"]), request.Replace("ROUTE", _queue, StringComparison.Ordinal)));
        var body = await answered.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        if (reply.EndsWith('}')) Assert.Equal(reply, body);
        else Assert.Equal(reply, body[..reply.Length]);
    }

    [Fact]
    public async Task The_trace_of_a_request_goes_on_and_one_without_a_way_back_is_handled()
    {
        var subscriber = await ConnectAsync();
        var endpoint = await EndpointAsync(await ServeAsync((await servers.SharedAsync()).Uri));
        foreach (var body in (string[])[
            "nonsense",
            """{"context_headers": {"span_id": 10, "trace_id": 255, "sampled": false}, "method": "get", "args": [7], "kwargs": {}}"""
        ])
            await subscriber.PublishAsync(RedisChannel.Literal(endpoint.Properties["queue"]), body);
        await Eventually.TrueAsync(() => Task.FromResult(Cellar.Seen is not null), "it is handled");
        Assert.Equal("000000000000000000000000000000ff", Cellar.Seen!.TraceId);
    }

    [Fact]
    public async Task A_request_whose_reply_could_not_be_sent_is_refused_before_it_runs_and_told_once()
    {
        var subscriber = await ConnectAsync();
        using var log = new WrittenText();
        var service = await StartAsync("cellars", (await servers.SharedAsync()).Uri, fan =>
        {
            log.Follow(fan);
            fan.AddService<ICellar>(_ => Cellar);
        });
        var queue = RedisChannel.Literal((await EndpointAsync(service)).Properties["queue"]);
        string[] routes =
        [
            JsonSerializer.Serialize((string)queue!),
            "7",
            "\"\"",
            JsonSerializer.Serialize(new string('x', 513)),
            "\"two\\nlines\"",
            "\"__sentinel__:hello\""
        ];
        foreach (var route in routes)
        {
            await subscriber.PublishAsync(
                queue, $$"""{"context_headers": {}, "method": "get", "args": [7], "kwargs": {}, "back_route": {{route}}}""");
        }
        await Eventually.TrueAsync(() => Task.FromResult(service.Rejected >= routes.Length), "all of them are refused");
        Assert.Null(Cellar.Seen);
        Assert.Single(log.All, line => line.Contains("its reply could not be sent", StringComparison.Ordinal));
        // One that its caller listens to is served.
        var answered = new TaskCompletionSource();
        await subscriber.SubscribeAsync(RedisChannel.Literal(_queue), (_, _) => answered.TrySetResult());
        await subscriber.PublishAsync(
            queue, $$"""{"context_headers": {}, "method": "get", "args": [7], "kwargs": {}, "back_route": "{{_queue}}"}""");
        await answered.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(1, Cellar.Calls);
    }

    [Theory]
    [InlineData(
        """{"context_headers": HEADERS, "method": "get", "response": {"context_headers": HEADERS, "method": "get",""" +
        """ "response": {"id": 7, "name": "Saperavi", "price": 3}}}""")]
    // One that is wrapped once; the value is none.
    [InlineData("""{"context_headers": HEADERS, "method": "get", "response": {"id": 7, "name": "Saperavi", "response": 3}}""")]
    public async Task A_service_of_micro_fan_is_called_in_its_form(string reply)
    {
        var asked = await AnswerAsync(reply);
        var caller = await CallerAsync();
        using (new Activity("root").SetParentId("00-00000000000000000000000000000fff-00000000000000aa-01").Start())
        {
            Assert.Equal("Saperavi", (await caller.Fan.CallAsync(
                "cellar.get", JsonDocument.Parse("""{"id": 7}""").RootElement)).GetProperty("name").GetString());
        }
        var body = await asked;
        using var sent = JsonDocument.Parse(body);
        var span = sent.RootElement.GetProperty("context_headers").GetProperty("span_id").GetUInt64();
        var route = sent.RootElement.GetProperty("back_route").GetString();
        Assert.Equal(
            $$$"""{"context_headers":{"span_id":{{{span}}}""" +
            $$$""","trace_id":4095,"sampled":true},"method":"get","args":[],"kwargs":{"id":7},"back_route":"{{{route}}}"}""",
            body);
    }

    [Fact]
    public async Task A_call_without_arguments_and_trace_has_all_that_its_loop_reads()
    {
        var asked = await AnswerAsync(
            """{"context_headers": HEADERS, "method": "get", "response": """ +
            """{"context_headers": HEADERS, "method": "get", "response": null}}""");
        var caller = await CallerAsync();
        Assert.Equal(JsonValueKind.Null, (await caller.Fan.CallAsync("cellar.get", default)).ValueKind);
        Assert.Matches(
            """^\{"context_headers":\{"span_id":\d+,"trace_id":\d+,"sampled":(true|false)\},""" +
            @"""method"":""get"",""args"":\[\],""kwargs"":\{\},""back_route"":""[^""]+""\}$",
            await asked);
    }

    [Fact]
    public async Task The_deepest_value_that_is_allowed_arrives_in_both_wrappings()
    {
        var depth = new FanLimits().MaxDepth;
        _ = await AnswerAsync(
            """{"context_headers": HEADERS, "method": "get", "response": {"context_headers": HEADERS, "method": "get", "response": """ +
            new string('[', depth) + new string(']', depth) + "}}");
        var caller = await CallerAsync();
        Assert.Equal(JsonValueKind.Array, (await caller.Fan.CallAsync("cellar.get", default)).ValueKind);
    }

    [Theory]
    [InlineData(
        """{"context_headers": HEADERS, "method": "get", "response": {"context_headers": HEADERS, "method": "get",""" +
        """ "error": {"code": "bad_argument", "message": "No.", "place": "id"}}}""",
        typeof(BadArgumentException))]
    [InlineData("""{"context_headers": HEADERS, "method": "get"}""", typeof(BadMessageException))]
    public async Task A_reply_that_tells_an_error_or_is_none_fails_the_call(string reply, Type error)
    {
        _ = await AnswerAsync(reply);
        var caller = await CallerAsync();
        Assert.IsType(error, await Record.ExceptionAsync(
            async () => await caller.Fan.CallAsync("cellar.get", default, cancellationToken: TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_service_that_does_not_listen_can_not_be_reached_and_one_that_ends_breaks_its_calls_off()
    {
        var caller = await CallerAsync();
        Assert.Contains(
            "does not listen",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("cellar.get", default))).Message,
            StringComparison.Ordinal);
        var subscriber = await ConnectAsync();
        var asked = new TaskCompletionSource();
        await subscriber.SubscribeAsync(RedisChannel.Literal(_queue), (_, _) => asked.TrySetResult());
        Task<JsonElement> call = Task.FromResult(default(JsonElement));
        await Eventually.TrueAsync(
            async () =>
            {
                // It is left out for a while after it could not be reached.
                call = caller.Fan.CallAsync("cellar.get", default).AsTask();
                await Task.WhenAny(call, asked.Task);
                return asked.Task.IsCompleted;
            },
            "the request has come");
        await subscriber.UnsubscribeAsync(RedisChannel.Literal(_queue));
        Assert.Contains(
            "broke off",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(Eventually.Deadline)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_at_another_server_is_not_looked_for_at_ours()
    {
        await RegisterAsync(
            Encoding.UTF8.GetBytes(
                $$"""{"transport": "redis", "host": "elsewhere.example", "port": """ +
                $$"""6379, "queue": "{{_queue}}", "methods": [{"name": "get"}]}"""));
        var caller = await StartAsync("caller", (await servers.SharedAsync()).Uri);
        await Assert.ThrowsAnyAsync<FanException>(async () => await caller.Fan.CallAsync("cellar.get", default));
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private async Task<ISubscriber> ConnectAsync() => (_connection ??= await (await servers.SharedAsync()).ConnectAsync()).GetSubscriber();

    // As a service of micro-fan does it.
    private async Task<Task<string>> AnswerAsync(string reply)
    {
        var subscriber = await ConnectAsync();
        var asked = new TaskCompletionSource<string>();
        await subscriber.SubscribeAsync(RedisChannel.Literal(_queue), (_, body) =>
        {
            asked.TrySetResult((string)body!);
            using var request = JsonDocument.Parse((string)body!);
            var headers = request.RootElement.GetProperty("context_headers").GetRawText();
            var route = RedisChannel.Literal(request.RootElement.GetProperty("back_route").GetString()!);
            // Others on the channel are passed over.
            subscriber.Publish(
                route, """{"context_headers": {"span_id": 1, "trace_id": 1, "sampled": true}, "method": "get", "response": 1}""");
            subscriber.Publish(route, "nonsense");
            subscriber.Publish(route, reply.Replace("HEADERS", headers, StringComparison.Ordinal));
        });
        return asked.Task;
    }

    private async Task<TransportApplication> CallerAsync()
    {
        var server = await servers.SharedAsync();
        await RegisterAsync(
            Encoding.UTF8.GetBytes($$"""{"transport": "redis", "host": "localhost", "port": {{server.Port}}, "queue": "{{_queue}}"}"""));
        return await StartAsync("caller", server.Uri);
    }
}
