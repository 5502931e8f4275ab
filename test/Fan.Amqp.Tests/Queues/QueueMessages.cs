using System.Text;
using Fan.Messaging;
using Fan.Queues;

namespace Fan.Amqp.Tests.Queues;

/// <summary>Messages as the core would make them.</summary>
internal static class QueueMessages
{
    public static QueueMessage For(QueueName queue, string text, string? key = null)
    {
        var id = Guid.NewGuid().ToString("N");
        return new QueueMessage
        {
            Id = id,
            Service = queue.Service,
            Method = "take",
            Headers = new MessageHeaders { MessageId = id },
            ContentType = "application/json",
            Payload = Encoding.UTF8.GetBytes($"\"{text}\""),
            Key = key,
        };
    }
}
