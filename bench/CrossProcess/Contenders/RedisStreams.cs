using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CrossProcess.Brokers;
using StackExchange.Redis;

namespace CrossProcess.Contenders;

/// <summary>
/// What a team writes itself: a stream of requests, a stream of replies, JSON, and the same client library. No deadline, no errors, no lost
/// process.
/// </summary>
internal static class RedisStreams
{
    public static Contender Contender(string name, Broker broker) => new(
        name,
        async () => await StreamServer.StartAsync(broker.Address),
        async requests => await StreamClient.StartAsync(broker.Address, requests))
    {
        Broker = broker,
        Pushes = true,
    };

    private static ConfigurationOptions Options(string server) => new() { EndPoints = { server }, Protocol = RedisProtocol.Resp2 };

    /// <summary>Reads a stream on a connection of its own, as a read that waits holds up what comes after it.</summary>
    private sealed class Reader(ConnectionMultiplexer own, IDatabase shared, string stream) : IAsyncDisposable
    {
        private volatile bool _isEnding;
        private Task _reading = Task.CompletedTask;

        public void Start(Action<Dictionary<string, RedisValue>> handler) => _reading = Task.Run(async () =>
        {
            var after = "0-0";
            while (!_isEnding)
            {
                var result = await own.GetDatabase().ExecuteAsync("XREAD", "COUNT", 512, "BLOCK", 500, "STREAMS", (RedisKey)stream, after);
                if (result.IsNull) continue;
                foreach (var entry in (RedisResult[])((RedisResult[])((RedisResult[])result!)[0]!)[1]!)
                {
                    var parts = (RedisResult[])entry!;
                    after = (string)parts[0]!;
                    var fields = (RedisValue[])parts[1]!;
                    var message = new Dictionary<string, RedisValue>(4);
                    for (var i = 0; i + 1 < fields.Length; i += 2) message[fields[i]!] = fields[i + 1];
                    handler(message);
                }

                _ = shared.ExecuteAsync("XTRIM", [(RedisKey)stream, "MINID", after], CommandFlags.FireAndForget);
            }
        });

        public async ValueTask DisposeAsync()
        {
            _isEnding = true;
            await _reading;
            await own.DisposeAsync();
        }
    }

    private sealed class StreamServer(ConnectionMultiplexer connection, Reader reader, string requests) : Server
    {
        public override string Address => requests;

        public static async Task<StreamServer> StartAsync(string server)
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(Options(server));
            var database = connection.GetDatabase();
            var requests = "raw:requests:" + Guid.NewGuid().ToString("N");
            var reader = new Reader(await ConnectionMultiplexer.ConnectAsync(Options(server)), database, requests);
            reader.Start(message => ThreadPool.QueueUserWorkItem(
                static state =>
                {
                    var (database, message) = state;
                    var body = (byte[])message["body"]!;
                    var reply = message["method"] == "echo"
                        ? JsonSerializer.SerializeToUtf8Bytes(
                            JsonSerializer.Deserialize(body, CellarJson.Default.EchoRequest)!.Text, CellarJson.Default.String)
                        : JsonSerializer.SerializeToUtf8Bytes(
                            JsonSerializer.Deserialize(body, CellarJson.Default.Wine)!, CellarJson.Default.Wine);
                    _ = database.StreamAddAsync(
                        (string)message["from"]!, [new NameValueEntry("number", message["number"]), new NameValueEntry("body", reply)]);
                },
                (database, message),
                preferLocal: false));
            return new StreamServer(connection, reader, requests);
        }

        public override async ValueTask DisposeAsync()
        {
            await reader.DisposeAsync();
            await connection.DisposeAsync();
        }
    }

    private sealed class StreamClient(ConnectionMultiplexer connection, Reader reader, string requests, string replies) : Client
    {
        private readonly ConcurrentDictionary<long, TaskCompletionSource<byte[]>> _pending = new();
        private readonly IDatabase _database = connection.GetDatabase();
        private readonly RedisKey _pushes = requests + ":pushes";
        private long _last;

        public static async Task<StreamClient> StartAsync(string server, string requests)
        {
            var connection = await ConnectionMultiplexer.ConnectAsync(Options(server));
            var replies = "raw:replies:" + Guid.NewGuid().ToString("N");
            var reader = new Reader(await ConnectionMultiplexer.ConnectAsync(Options(server)), connection.GetDatabase(), replies);
            var client = new StreamClient(connection, reader, requests, replies);
            reader.Start(client.Take);
            return client;
        }

        public override async ValueTask<string> EchoAsync(string text) =>
            await CallAsync("echo", new EchoRequest(text), CellarJson.Default.EchoRequest, CellarJson.Default.String);

        public override async ValueTask<int> RecordAsync() =>
            (await CallAsync("record", Wine.Sample, CellarJson.Default.Wine, CellarJson.Default.Wine)).Id;

        public override async ValueTask PushAsync(string text) =>
            await _database.StreamAddAsync(_pushes, [
                new NameValueEntry("method", "note"),
                new NameValueEntry("body", JsonSerializer.SerializeToUtf8Bytes(new EchoRequest(text), CellarJson.Default.EchoRequest))
            ]);

        public override Task EmptyAsync() => _database.KeyDeleteAsync(_pushes);

        public override async ValueTask DisposeAsync()
        {
            await reader.DisposeAsync();
            await connection.DisposeAsync();
        }

        private async Task<TReply> CallAsync<T, TReply>(string method, T value, JsonTypeInfo<T> type, JsonTypeInfo<TReply> reply)
        {
            var number = Interlocked.Increment(ref _last);
            var source = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            _pending[number] = source;
            await _database.StreamAddAsync(
                requests,
                [
                    new NameValueEntry("method", method),
                    new NameValueEntry("from", replies),
                    new NameValueEntry("number", number),
                    new NameValueEntry("body", JsonSerializer.SerializeToUtf8Bytes(value, type))
                ]);
            return JsonSerializer.Deserialize(await source.Task, reply)!;
        }

        private void Take(Dictionary<string, RedisValue> message)
        {
            if (_pending.TryRemove((long)message["number"], out var source)) source.TrySetResult((byte[])message["body"]!);
        }
    }
}
