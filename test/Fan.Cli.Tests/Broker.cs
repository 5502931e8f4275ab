using Fan.Queues;
using Fan.Queues.Local;

namespace Fan.Cli.Tests;

/// <summary>A broker inside the test, which applications and the tool reach.</summary>
internal sealed class Broker : IQueueTransport, IDisposable
{
    private readonly LocalQueueTransport _queues = new(TimeProvider.System);

    public string Name => "broker";

    public bool IsDurable => true;

    public string? Trouble => null;

    public IQueueAdministration Administration => _queues.Administration;

    public Task DeclareAsync(QueueName queue, QueuePolicy policy, CancellationToken cancellationToken) =>
        _queues.DeclareAsync(queue, policy, cancellationToken);

    public ValueTask SendAsync(QueueMessage message, CancellationToken cancellationToken) => _queues.SendAsync(message, cancellationToken);

    public Task<IQueueConsumer> ConsumeAsync(QueueSubscription subscription, QueueHandler handler, CancellationToken cancellationToken) =>
        _queues.ConsumeAsync(subscription, handler, cancellationToken);

    // Each container would dispose it: it ends with the test.
    public void Dispose()
    {
    }
}
