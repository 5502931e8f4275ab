using System.Data.Common;
using Fan.Database.Engines;
using Fan.Messaging;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>A message as people look at it: id, method, content type, headers, payload and key are the first columns.</summary>
internal static class MessageRow
{
    public static QueueMessage Read(DbDataReader row, QueueName queue, TimeSpan? remaining) => new()
    {
        Id = row.GetString(0),
        Service = queue.Service,
        Method = row.GetString(1),
        ContentType = row.GetString(2),
        Headers = Headers(row.GetString(3)),
        Payload = (byte[])row.GetValue(4),
        Key = row.IsDBNull(5) ? null : row.GetString(5),
        TimeToLive = remaining,
    };

    // What can't be read is still shown.
    private static MessageHeaders Headers(string text)
    {
        try
        {
            return MessageText.Read(text);
        }
        catch (BadMessageException)
        {
            return new MessageHeaders();
        }
    }
}
