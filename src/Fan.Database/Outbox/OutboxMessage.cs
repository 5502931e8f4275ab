using Fan.Queues;

namespace Fan.Database.Outbox;

/// <summary>
/// The form of a push that waits in the outbox for another transport: a message in a queue of the database, whose method names the push's
/// service and method. It waits there until it is due.
/// </summary>
internal static class OutboxMessage
{
    /// <summary>The service whose queues the outbox is: one for each transport, which is the group.</summary>
    public const string Service = "fan.outbox";

    // No part of a service's or a method's name.
    private const char Slash = '/';

    /// <summary>The method of the message in the outbox.</summary>
    public static string MethodOf(QueueMessage push) => $"{push.Service}{Slash}{push.Method}";

    /// <summary>The key of the message in the outbox: what is in order there is in order here.</summary>
    public static string? KeyOf(QueueMessage push) => push.Key is { } key ? $"{push.Service}{Slash}{key}" : null;

    /// <summary>The push as it was.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static QueueMessage Restore(QueueMessage message)
    {
        var slash = message.Method.IndexOf(Slash, StringComparison.Ordinal);
        if (slash <= 0) throw new FormatException($"'{message.Method}' does not name a service and a method.");
        return new QueueMessage
        {
            Id = message.Id,
            Service = message.Method[..slash],
            Method = message.Method[(slash + 1)..],
            Headers = message.Headers,
            ContentType = message.ContentType,
            Payload = message.Payload,
            Key = message.Key?[(slash + 1)..],
            TimeToLive = message.TimeToLive,
        };
    }
}
