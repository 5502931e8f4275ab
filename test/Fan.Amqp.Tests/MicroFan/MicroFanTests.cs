using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fan.Amqp.Tests.Calls;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Discovery;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Fan.Amqp.Tests.MicroFan;

/// <summary>Messages in the form of Python's micro-fan, byte by byte, both ways.</summary>
public sealed class MicroFanTests(RabbitServers servers) : AmqpTest, IAsyncDisposable
{
    private readonly string _queue = "python." + Guid.NewGuid().ToString("N");
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    [Theory]
    [InlineData(
        """{"context_headers": {"span_id": "18446744073709551615", "trace_id": "1311768467463790320", "sampled": "True"},""" +
        """ "method": "add", "args": [2], "kwargs": {"right": 3}}""",
        """{"context_headers":{"span_id":"18446744073709551615","trace_id":"1311768467463790320","sampled":"True"},""" +
        "\"method\":\"add\",\"response\":5}")]
    [InlineData(
        """{"context_headers": {}, "method": "count", "args": [], "kwargs": {"to": 3}}""",
        """{"context_headers":{},"method":"count","response":[1,2,3]}""")]
    [InlineData("""{"method": "count", "args": [0]}""", """{"context_headers":{},"method":"count","response":[]}""")]
    [InlineData(
        """{"context_headers": {}, "method": "echo", "args": ["\u017e"], "kwargs": {}}""",
        """{"context_headers":{},"method":"echo","response":"ž"}""")]
    [InlineData("""{"context_headers": {}, "method": "add", "args": [1, 2, 3], "kwargs": {}}""",
        """{"context_headers":{},"method":"add","error":{"code":"bad_argument","message":"'add' takes 2 arguments, """ +
        """and 3 were given.","place":"args"}}""")]
    [InlineData(
        """[1]""",
        """{"context_headers":{},"method":"","error":{"code":"bad_message","message":"The request must be a JSON object with 'method', """ +
        """'args' and 'kwargs'.","place":"body"}}""")]
    public async Task A_request_in_its_form_is_answered_in_its_form(string request, string reply)
    {
        await ConnectAsync();
        var endpoint = await EndpointAsync(await ServeAsync((await servers.SharedAsync()).Uri));
        var (properties, body) = await AskAsync(endpoint.Properties["exchange"], endpoint.Properties["routing_key"], request);
        Assert.Equal("77", properties.CorrelationId);
        Assert.Equal(reply, body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("fan.call cellar/wait")]
    [InlineData("fan.probe")]
    public async Task A_caller_can_not_have_replies_written_into_the_queues_of_others(string? type)
    {
        await ConnectAsync();
        var endpoint = await EndpointAsync(await ServeAsync((await servers.SharedAsync()).Uri));
        Cellar.Release.TrySetResult();
        var victim = await _channel.QueueDeclareAsync();
        var request = type == "fan.probe" ? "1 2 3" : type is null ? """{"method": "add", "args": [1, 2]}""" : "{}";
        var key = endpoint.Properties[type is null ? "routing_key" : "queue"];
        for (var i = 0; i < 20; i++)
        {
            await _channel.BasicPublishAsync(
                endpoint.Properties["exchange"],
                key,
                true,
                new BasicProperties { Type = type, ReplyTo = victim.QueueName, CorrelationId = "1" },
                Encoding.UTF8.GetBytes(request));
        }
        // Requests are taken in order, and replies go out in order: what there was to come has come before the last of these.
        await AskAsync(endpoint.Properties["exchange"], endpoint.Properties["routing_key"], """{"method": "echo", "args": ["x"]}""");
        Assert.Equal(1, Cellar.Calls);
        Assert.Equal(0u, (await _channel.QueueDeclarePassiveAsync(victim.QueueName)).MessageCount);
    }

    [Fact]
    public async Task The_trace_of_a_request_goes_on()
    {
        await ConnectAsync();
        var endpoint = await EndpointAsync(await ServeAsync((await servers.SharedAsync()).Uri));
        await AskAsync(
            endpoint.Properties["exchange"],
            endpoint.Properties["routing_key"],
            """{"context_headers": {"span_id": "10", "trace_id": "255", "sampled": "False"},""" +
            """ "method": "get", "args": [7], "kwargs": {}}""");
        Assert.Equal("000000000000000000000000000000ff", Cellar.Seen!.TraceId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("micro")]
    public async Task A_service_of_micro_fan_is_called_in_its_form(string exchange)
    {
        await ConnectAsync();
        if (exchange.Length > 0) exchange += _queue;
        var asked = await AnswerAsync(
            exchange, """{"context_headers": {"span_id": "1"}, "method": "get", "response": {"id": 7, "name": "Saperavi", "price": 3}}""");
        var caller = await CallerAsync(exchange);
        using (new Activity("root").SetParentId("00-00000000000000000000000000000fff-00000000000000aa-01").Start())
        {
            Assert.Equal("Saperavi", (await caller.Fan.CallAsync(
                "cellar.get", JsonDocument.Parse("""{"id": 7}""").RootElement)).GetProperty("name").GetString());
        }
        var (properties, body) = await asked.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        var span = properties.CorrelationId!;
        Assert.Equal(
            $$$"""{"context_headers":{"span_id":"{{{span}}}","trace_id":"4095","sampled":"True"},""" +
            "\"method\":\"get\",\"args\":[],\"kwargs\":{\"id\":7}}",
            body);
        Assert.Equal(
            new Dictionary<string, string> { ["span_id"] = span, ["trace_id"] = "4095", ["sampled"] = "True" },
            properties.Headers!.ToDictionary(header => header.Key, header => Encoding.UTF8.GetString((byte[])header.Value!)));
        Assert.StartsWith("amq.rabbitmq.reply-to.", properties.ReplyTo, StringComparison.Ordinal);
        Assert.True(properties.IsExpirationPresent());
        Assert.False(properties.IsTypePresent());
    }

    [Theory]
    [InlineData("""{"context_headers": {}, "method": "get"}""", "no 'response'")]
    [InlineData("nonsense", "can't be read")]
    public async Task A_reply_that_is_none_is_said_so(string reply, string message)
    {
        await ConnectAsync();
        _ = await AnswerAsync("", reply);
        var caller = await CallerAsync("");
        Assert.Contains(
            message,
            (await Assert.ThrowsAsync<BadMessageException>(async () => await caller.Fan.CallAsync("cellar.get", default))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_whose_queue_or_exchange_is_not_there_can_not_be_reached_and_disturbs_no_other_call()
    {
        await ConnectAsync();
        var lost = await CallerAsync("nowhere." + _queue);
        Assert.Contains(
            "exchange",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await lost.Fan.CallAsync("cellar.get", default))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_ends_when_the_queue_of_its_service_goes()
    {
        await ConnectAsync();
        await _channel.QueueDeclareAsync(_queue, durable: false, exclusive: false, autoDelete: false);
        var caller = await CallerAsync("");
        var call = caller.Fan.CallAsync("cellar.get", default).AsTask();
        await Eventually.TrueAsync(async () => (await _channel.QueueDeclarePassiveAsync(_queue)).MessageCount == 1, "the request has come");
        await _channel.QueueDeleteAsync(_queue, ifUnused: false, ifEmpty: false);
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(Eventually.Deadline);
    }

    [Fact]
    public void Its_password_is_not_read_from_the_store()
    {
        var read = EndpointDescription.Parse(
            Encoding.UTF8.GetBytes(
                """{"transport": "amqp", "host": "h", "user": "u", "password": "secret", "queue": "q", "exchange": "e",""" +
                """ "exchange_type": "direct", "routing_key": "k", "methods": []}"""));
        Assert.Equal(["exchange", "exchange_type", "queue", "routing_key"], read.Properties.Keys.Order());
        Assert.Equal("q", read.Properties["queue"]);
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        if (_connection is not null) await _connection.DisposeAsync();
    }

    private async Task ConnectAsync()
    {
        _connection = await new ConnectionFactory
        {
            HostName = "127.0.0.1",
            Port = (await servers.SharedAsync()).Port,
            AutomaticRecoveryEnabled = false
        }.CreateConnectionAsync();
        _channel = await _connection.CreateChannelAsync();
    }

    private async Task<TransportApplication> CallerAsync(string exchange)
    {
        await RegisterAsync(
            Encoding.UTF8.GetBytes(
                $$"""{"transport": "amqp", "host": "127.0.0.1", "queue": "{{_queue}}", "exchange": "{{exchange}}",""" +
                $$""" "exchange_type": "direct", "routing_key": "{{_queue}}"}"""));
        return await StartAsync("caller", (await servers.SharedAsync()).Uri);
    }

    // As a service of micro-fan does it.
    private async Task<Task<(IReadOnlyBasicProperties Properties, string Body)>> AnswerAsync(string exchange, string reply)
    {
        var asked = new TaskCompletionSource<(IReadOnlyBasicProperties, string)>();
        await _channel.QueueDeclareAsync(_queue, durable: false, exclusive: false, autoDelete: true);
        if (exchange.Length > 0)
        {
            await _channel.ExchangeDeclareAsync(exchange, "direct", durable: false, autoDelete: true);
            await _channel.QueueBindAsync(_queue, exchange, _queue);
        }

        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, request) =>
        {
            asked.TrySetResult((request.BasicProperties, Encoding.UTF8.GetString(request.Body.Span)));
            await _channel.BasicPublishAsync(
                "",
                request.BasicProperties.ReplyTo!,
                false,
                new BasicProperties { CorrelationId = request.BasicProperties.CorrelationId },
                Encoding.UTF8.GetBytes(reply));
            await _channel.BasicAckAsync(request.DeliveryTag, false);
        };
        await _channel.BasicConsumeAsync(_queue, autoAck: false, consumer);
        return asked.Task;
    }

    // As a caller of micro-fan does it.
    private async Task<(IReadOnlyBasicProperties Properties, string Body)> AskAsync(string exchange, string routingKey, string request)
    {
        var answered = new TaskCompletionSource<(IReadOnlyBasicProperties, string)>();
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, reply) =>
        {
            answered.TrySetResult((reply.BasicProperties, Encoding.UTF8.GetString(reply.Body.Span)));
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync("amq.rabbitmq.reply-to", autoAck: true, consumer);
        var properties = new BasicProperties
        {
            ReplyTo = "amq.rabbitmq.reply-to",
            CorrelationId = "77",
            Headers = new Dictionary<string, object?> { ["span_id"] = "77" }
        };
        await _channel.BasicPublishAsync(exchange, routingKey, true, properties, Encoding.UTF8.GetBytes(request));
        return await answered.Task.WaitAsync(Eventually.Deadline);
    }
}
