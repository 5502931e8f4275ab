using Fan.Queues;

namespace Fan.Database.Tests.Transactions;

/// <summary>A broker that takes what it is sent, when it does not fail.</summary>
internal sealed class FakeBroker : IQueueTransport
{
    private readonly List<QueueMessage> _accepted = [];

    public string Name => "broker";

    public bool IsDurable => true;

    public string? Trouble => null;

    public IQueueAdministration Administration => throw new NotSupportedException();

    /// <summary>What it does before it accepts.</summary>
    public Action<QueueMessage>? Before { get; set; }

    public IReadOnlyList<QueueMessage> Accepted
    {
        get
        {
            lock (_accepted) return [.. _accepted];
        }
    }

    public Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        lock (_accepted)
        {
            Before?.Invoke(message);
            _accepted.Add(message);
        }

        return default;
    }

    public Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
