using System.Security.Cryptography;
using System.Text;
using Fan.Queues;

namespace Fan.Amqp.Queues;

/// <summary>The names at the broker of what the pushes to a service need.</summary>
internal static class QueueNames
{
    /// <summary>How finely keys are divided. A group's partitions share them, so that all groups take the same routing keys.</summary>
    public const int Slots = 64;

    /// <summary>The routing key of a message without order.</summary>
    public const string AnyOrder = "n";

    // The rest of 255 is for what is put behind.
    private const int MaxNameBytes = 230;

    /// <summary>The exchange (topic, durable) that gives a copy of each push of a service to every group.</summary>
    public static string Exchange(string service) => Bounded("fan.push." + service);

    /// <summary>The queue of a group for messages without order.</summary>
    public static string Queue(QueueName queue) => Bounded($"fan.push.{queue.Service}/{queue.Group}");

    /// <summary>One of the queues of a group that keep order.</summary>
    public static string Partition(string queue, int index) => $"{queue}/k{index}";

    /// <summary>
    /// Where messages go that were in hand when their consumer died twice: they are handled one at a time, so that one which kills its
    /// consumer takes no others along.
    /// </summary>
    public static string Suspects(string queue) => queue + "/suspects";

    /// <summary>The dead letters of a group.</summary>
    public static string Dead(string queue) => queue + "/dead";

    /// <summary>The routing key of a message.</summary>
    public static string RoutingKey(string? key) => key is null ? AnyOrder : SlotKey(Slot(key));

    public static string SlotKey(int slot) => $"k{slot}";

    /// <summary>A short word for a name, for routing keys.</summary>
    public static string Word(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));

    // FNV-1a: the same in every process and version.
    private static int Slot(string key)
    {
        var hash = 2166136261u;
        foreach (var value in Encoding.UTF8.GetBytes(key)) hash = (hash ^ value) * 16777619u;
        return (int)(hash % Slots);
    }

    private static string Bounded(string name) => Encoding.UTF8.GetByteCount(name) <= MaxNameBytes ? name : $"{name[..64]}~{Word(name)}";
}
