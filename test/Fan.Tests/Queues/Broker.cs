using System.Collections.Concurrent;
using Fan.Queues;
using Fan.Queues.Local;

namespace Fan.Tests.Queues;

/// <summary>A broker inside the test that several applications reach, and that can be away.</summary>
internal sealed class Broker : IDisposable
{
    private volatile bool _away;

    public LocalQueueTransport Queues { get; } = new(TimeProvider.System);

    public ConcurrentQueue<QueueMessage> Sent { get; } = new();

    public bool IsAway
    {
        get => _away;
        set => _away = value;
    }

    public void Dispose() => Queues.Dispose();
}

/// <summary>One application's way to the broker.</summary>
internal sealed class BrokerTransport(Broker broker, string name = "broker") : IQueueTransport
{
    public string Name => name;

    public bool IsDurable => true;

    public string? Trouble => broker.IsAway ? "the broker is away" : null;

    public IQueueAdministration Administration => broker.Queues;

    public Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken)
    {
        Check(queue.Service);
        return broker.Queues.DeclareAsync(queue, policy, cancellationToken);
    }

    public async ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        Check(message.Service);
        await broker.Queues.SendAsync(message, cancellationToken);
        broker.Sent.Enqueue(message);
    }

    public Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken)
    {
        Check(subscription.Queue.Service);
        return broker.Queues.ConsumeAsync(subscription, handler, cancellationToken);
    }

    private void Check(string service)
    {
        if (broker.IsAway) throw new ServiceUnavailableException(service, "the broker is away");
    }
}
