namespace Fan.Amqp.Queues;

/// <summary>The arguments of quorum queues: replicated, on disk, and counting deliveries.</summary>
internal static class QuorumQueue
{
    public static Dictionary<string, object?> Arguments() => new() { ["x-queue-type"] = "quorum" };

    /// <summary>What leaves the queue by itself goes on to another one, and is removed only when it is safe there.</summary>
    public static void HandOn(Dictionary<string, object?> arguments, string exchange, string? routingKey)
    {
        arguments["x-dead-letter-exchange"] = exchange;
        if (routingKey is not null) arguments["x-dead-letter-routing-key"] = routingKey;
        arguments["x-dead-letter-strategy"] = "at-least-once";
        arguments["x-overflow"] = "reject-publish";
    }
}
