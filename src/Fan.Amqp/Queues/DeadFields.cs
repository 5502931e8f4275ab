using System.Globalization;
using System.Text;
using Fan.Amqp.Messages;
using Fan.Messaging;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>What a dead letter carries beside its message: written by a consumer, or by the broker (<c>x-death</c>).</summary>
internal static class DeadFields
{
    private const string Reason = "fan-dead-reason";
    private const string Detail = "fan-dead-detail";
    private const string ExceptionType = "fan-dead-type";
    private const string DiedAt = "fan-died-at";
    private const string Deaths = "x-death";

    /// <summary>The name of the queue that it was in, to which it goes back.</summary>
    public const string Home = "fan-home";

    public static void Write(BasicProperties properties, QueueSettlement settlement, string home, DateTimeOffset now)
    {
        var headers = properties.Headers ??= new Dictionary<string, object?>();
        headers[Reason] = settlement.Reason;
        if (settlement.Detail is { } detail) headers[Detail] = detail;
        if (settlement.ExceptionType is { } type) headers[ExceptionType] = type;
        headers[DiedAt] = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        headers[Home] = home;
        // Its time is over, or nothing that its grave should measure.
        properties.ClearExpiration();
    }

    public static DeadLetter Read(IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, QueueName queue)
    {
        QueueMessage message;
        try
        {
            message = PushFields.Read(properties, body, queue.Service);
        }
        catch (FanException)
        {
            // Whatever it is, it is shown.
            message = new QueueMessage
            {
                Id = properties.MessageId ?? "",
                Service = queue.Service,
                Method = "",
                Headers = new MessageHeaders(),
                ContentType = properties.ContentType ?? "",
                Payload = body,
            };
        }

        var death = FirstDeath(properties);
        var reason = AmqpFields.Text(properties, Reason) ?? Text(death, "reason") switch
        {
            "expired" => DeadLetterReasons.Expired,
            "delivery_limit" => DeadLetterReasons.AttemptsExhausted,
            var other => other ?? DeadLetterReasons.Rejected,
        };
        // Seconds, where the broker wrote it.
        var buried = death?.GetValueOrDefault("time") is AmqpTimestamp { UnixTime: var seconds and < long.MaxValue / 1000 }
            ? seconds * 1000
            : 0;
        return new DeadLetter
        {
            Queue = queue,
            Message = message,
            Reason = reason,
            Detail = AmqpFields.Text(properties, Detail) ?? AmqpFields.Text(properties, PushFields.Failure),
            ExceptionType = AmqpFields.Text(properties, ExceptionType),
            Attempts = (int)Math.Min(PushFields.Number(properties, PushFields.Attempts), int.MaxValue),
            EnqueuedAt = PushFields.Enqueued(properties),
            DiedAt = PushFields.Moment(PushFields.Number(properties, DiedAt)) ?? PushFields.Moment(buried) ?? DateTimeOffset.UnixEpoch,
        };
    }

    /// <summary>The queue that a dead letter goes back to.</summary>
    public static string HomeOf(IReadOnlyBasicProperties properties, string queue)
    {
        var home = AmqpFields.Text(properties, Home) ?? Text(FirstDeath(properties), "queue") ?? queue;
        // Only to one of its own group, whatever stands there; suspects are none any more.
        return home.StartsWith(queue + "/k", StringComparison.Ordinal) ? home : queue;
    }

    private static Dictionary<string, object?>? FirstDeath(IReadOnlyBasicProperties properties) =>
        properties.Headers is { } table
            && table.TryGetValue(Deaths, out var deaths)
            && deaths is IList<object?> { Count: > 0 } list
            && list[0] is IDictionary<string, object?> first
            ? new Dictionary<string, object?>(first)
            : null;

    private static string? Text(Dictionary<string, object?>? table, string name) =>
        table?.GetValueOrDefault(name) is byte[] bytes ? Encoding.UTF8.GetString(bytes) : null;
}
