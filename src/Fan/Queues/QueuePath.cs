using Fan.Coordination;

namespace Fan.Queues;

/// <summary>
/// Where queues stand in the store: <c>/fan/queues/{service}/{group}</c>. The nodes are persistent: queues fill while nobody runs.
/// </summary>
internal static class QueuePath
{
    public const string Root = "/fan/queues";

    public static string Service(string service) => $"{Root}/{service}";

    public static string Of(QueueName queue) => $"{Root}/{queue.Service}/{queue.Group}";

    /// <summary>The nodes above a queue's, from the top.</summary>
    public static IEnumerable<string> Above(QueueName queue) => [StorePath.Parent(Root), Root, Service(queue.Service)];
}
