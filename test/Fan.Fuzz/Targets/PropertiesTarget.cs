using Fan.Amqp.Messages;
using Fan.Amqp.Queues;
using Fan.Messaging;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Fuzz.Targets;

/// <summary>
/// The properties of an AMQP message, and what calls, pushes and dead letters read out of them. An input is what stands in the header
/// frame.
/// </summary>
internal sealed class PropertiesTarget : FuzzTarget
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly QueueName Queue = new("shop.wines");

    private readonly FanLimits _limits = new();

    public override string Name => "amqp";

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            var headers = new MessageHeaders
            {
                MessageId = "0198f1",
                TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                TraceState = "a=b",
                Baggage = "shop=42",
                ShardKeys = "42,a%2Cb",
                Caller = "front",
                User = "ann",
                Snapshot = 7,
                VersionRange = "^1.2",
                TimeToLive = TimeSpan.FromSeconds(2),
            };
            var call = new BasicProperties
            {
                Type = "fan.call",
                CorrelationId = "17",
                ReplyTo = "amq.rabbitmq.reply-to",
                ContentType = "application/json",
                Timestamp = new AmqpTimestamp(1_767_268_800)
            };
            AmqpFields.Write(call, headers, _limits);
            yield return Bytes(call);
            var message = new QueueMessage
            {
                Id = "0198f1",
                Service = "shop.wines",
                Method = "restock",
                Headers = headers,
                ContentType = "application/json",
                Payload = "{}"u8.ToArray(),
                Key = "a/b",
                TimeToLive = TimeSpan.FromHours(1),
            };
            var push = PushFields.Write(message, 2, "the last failure", Noon, expires: true);
            push.Headers!["x-delivery-count"] = 3L;
            yield return Bytes(push);
            DeadFields.Write(
                push, QueueSettlement.Dead(DeadLetterReasons.Rejected, "no luck", "Some.Exception"), "fan.push.shop.wines/main/k3", Noon);
            yield return Bytes(push);
            push.Headers.Remove("fan-dead-reason");
            push.Headers.Remove("fan-died-at");
            push.Headers["x-death"] = new List<object?>
            {
                new Dictionary<string, object?>
                {
                    ["reason"] = "expired",
                    ["queue"] = "fan.push.shop.wines/main",
                    ["time"] = new AmqpTimestamp(1_767_268_800),
                    ["count"] = 1L
                },
            };
            yield return Bytes(push);
        }
    }

    public override string Run(byte[] input)
    {
        ReadOnlyBasicProperties properties;
        try
        {
            properties = new ReadOnlyBasicProperties(input);
        }
        catch (Exception error)
        {
            // The client's own reader, before anything comes to us: it ends the connection.
            return $"client {error.GetType().Name}";
        }

        var letter = DeadFields.Read(properties, input, Queue);
        if (letter.Attempts < 0 || PushFields.AttemptsBefore(properties) is < 0 or int.MaxValue)
        {
            throw new InvalidOperationException("The attempts are no count.");
        }
        var home = DeadFields.HomeOf(properties, QueueNames.Queue(Queue));
        if (!home.StartsWith(QueueNames.Queue(Queue), StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A dead letter would go to another queue.");
        }
        return $"{Try(ReadCall)} {Try(ReadPush)} {letter.Reason.Length} {letter.DiedAt > DateTimeOffset.UnixEpoch} " +
            $"{PushFields.Enqueued(properties) > DateTimeOffset.UnixEpoch} {AmqpFields.TryReadNumber(properties, out _)}";

        string ReadCall()
        {
            var headers = new MessageHeaders();
            AmqpFields.Read(properties, headers, _limits);
            return $"{headers.TraceParent is not null}{headers.TimeToLive.HasValue}{headers.User is not null}{headers.Snapshot.HasValue}";
        }

        string ReadPush()
        {
            var message = PushFields.Read(properties, input, Queue.Service);
            // Whatever was read must be written again: a retry does.
            _ = PushFields.Write(message, PushFields.AttemptsBefore(properties), "again", PushFields.Enqueued(properties), expires: true);
            return $"{message.Key is not null}{message.TimeToLive.HasValue}";
        }
    }

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (FanException error) when (error is BadMessageException or LimitExceededException)
        {
            return Shape(error.Message);
        }
    }

    private static byte[] Bytes(BasicProperties properties)
    {
        IAmqpWriteable writeable = properties;
        var bytes = new byte[writeable.GetRequiredBufferSize()];
        return bytes[..writeable.WriteTo(bytes)];
    }
}
