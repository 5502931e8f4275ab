using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CrossProcess.Brokers;
using RabbitMQ.Client;

namespace CrossProcess.Contenders;

/// <summary>
/// What a team writes itself: a queue of requests with acknowledgements, direct reply-to, JSON, and the same client library. No deadline,
/// no errors, no lost process.
/// </summary>
internal static class RabbitRpc
{
    private const string ReplyTo = "amq.rabbitmq.reply-to";

    // As many as Fan has in hand.
    private const ushort Prefetch = 500;

    // Confirmations that may be outstanding, as with Fan.
    private const int Outstanding = 1024;

    public static Contender Contender(string name, Broker broker) => new(
        name,
        async () => await RpcServer.StartAsync(broker.Address),
        async queue => await RpcClient.StartAsync(broker.Address, queue))
    {
        Broker = broker,
        Pushes = true,
    };

    private static Task<IConnection> ConnectAsync(string address) =>
        new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();

    private sealed class RpcServer(IConnection connection, string queue) : Server
    {
        public override string Address => queue;

        public static async Task<RpcServer> StartAsync(string address)
        {
            var connection = await ConnectAsync(address);
            var requests = await connection.CreateChannelAsync();
            var replies = await connection.CreateChannelAsync();
            var queue = (await requests.QueueDeclareAsync("bench-" + Guid.NewGuid().ToString("N"))).QueueName;
            await requests.BasicQosAsync(0, Prefetch, global: false);
            await requests.BasicConsumeAsync(queue, autoAck: false, new Consumer(requests, replies));
            return new RpcServer(connection, queue);
        }

        public override async ValueTask DisposeAsync() => await connection.DisposeAsync();
    }

    /// <summary>Serves each request on the thread pool, so that a slow one holds nobody up.</summary>
    private sealed class Consumer(IChannel requests, IChannel replies) : AsyncDefaultBasicConsumer(requests)
    {
        public override Task HandleBasicDeliverAsync(
            string consumerTag,
            ulong deliveryTag,
            bool redelivered,
            string exchange,
            string routingKey,
            IReadOnlyBasicProperties properties,
            ReadOnlyMemory<byte> body,
            CancellationToken cancellationToken = default)
        {
            // The library takes its memory back.
            var copy = ArrayPool<byte>.Shared.Rent(body.Length);
            body.CopyTo(copy);
            ThreadPool.UnsafeQueueUserWorkItem(
                static state => _ = state.Self.ServeAsync(state.Tag, state.Properties, state.Body, state.Length),
                (Self: this, Tag: deliveryTag, Properties: properties, Body: copy, body.Length),
                preferLocal: false);
            return Task.CompletedTask;
        }

        private async Task ServeAsync(ulong tag, IReadOnlyBasicProperties properties, byte[] body, int length)
        {
            var request = body.AsSpan(0, length);
            var reply = properties.Type == "echo"
                ? JsonSerializer.SerializeToUtf8Bytes(
                    JsonSerializer.Deserialize(request, CellarJson.Default.EchoRequest)!.Text, CellarJson.Default.String)
                : JsonSerializer.SerializeToUtf8Bytes(
                    JsonSerializer.Deserialize(request, CellarJson.Default.Wine)!, CellarJson.Default.Wine);
            ArrayPool<byte>.Shared.Return(body);
            await replies.BasicPublishAsync(
                "", properties.ReplyTo!, mandatory: false, new BasicProperties { CorrelationId = properties.CorrelationId }, reply);
            await Channel.BasicAckAsync(tag, multiple: false);
        }
    }

    private sealed class RpcClient(IConnection connection, IChannel channel, IChannel confirmed, string queue, string pushes) : Client
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _pending = new();
        private long _last;

        public static async Task<RpcClient> StartAsync(string address, string queue)
        {
            var connection = await ConnectAsync(address);
            var channel = await connection.CreateChannelAsync();
            var confirmed = await connection.CreateChannelAsync(
                new CreateChannelOptions(true, true, new ThrottlingRateLimiter(Outstanding, null)));
            var pushes = queue + ".pushes";
            await channel.QueueDeclareAsync(
                pushes,
                durable: true,
                exclusive: false,
                autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
            var client = new RpcClient(connection, channel, confirmed, queue, pushes);
            await channel.BasicConsumeAsync(ReplyTo, autoAck: true, new Replies(channel, client));
            return client;
        }

        public override async ValueTask<string> EchoAsync(string text) =>
            await CallAsync("echo", new EchoRequest(text), CellarJson.Default.EchoRequest, CellarJson.Default.String);

        public override async ValueTask<int> RecordAsync() =>
            (await CallAsync("record", Wine.Sample, CellarJson.Default.Wine, CellarJson.Default.Wine)).Id;

        public override ValueTask PushAsync(string text) => confirmed.BasicPublishAsync(
            "",
            pushes,
            mandatory: true,
            new BasicProperties { Type = "note", DeliveryMode = DeliveryModes.Persistent },
            JsonSerializer.SerializeToUtf8Bytes(new EchoRequest(text), CellarJson.Default.EchoRequest));

        public override Task EmptyAsync() => channel.QueuePurgeAsync(pushes);

        public override async ValueTask DisposeAsync()
        {
            await channel.QueueDeleteAsync(pushes);
            await connection.DisposeAsync();
        }

        private async ValueTask<TReply> CallAsync<T, TReply>(string method, T value, JsonTypeInfo<T> type, JsonTypeInfo<TReply> reply)
        {
            var number = Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);
            var source = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            _pending[number] = source;
            await channel.BasicPublishAsync(
                "",
                queue,
                mandatory: false,
                new BasicProperties { Type = method, CorrelationId = number, ReplyTo = ReplyTo },
                JsonSerializer.SerializeToUtf8Bytes(value, type));
            return JsonSerializer.Deserialize(await source.Task, reply)!;
        }

        private sealed class Replies(IChannel channel, RpcClient client) : AsyncDefaultBasicConsumer(channel)
        {
            public override Task HandleBasicDeliverAsync(
                string consumerTag,
                ulong deliveryTag,
                bool redelivered,
                string exchange,
                string routingKey,
                IReadOnlyBasicProperties properties,
                ReadOnlyMemory<byte> body,
                CancellationToken cancellationToken = default)
            {
                if (client._pending.TryRemove(properties.CorrelationId!, out var source)) source.TrySetResult(body.ToArray());
                return Task.CompletedTask;
            }
        }
    }
}
