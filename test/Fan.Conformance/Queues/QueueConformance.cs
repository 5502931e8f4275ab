using System.Text;
using Fan.Messaging;
using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>What every queue transport must do. A transport's tests derive from each suite, once for each way of running it.</summary>
public abstract class QueueConformance : IAsyncLifetime
{
    private readonly List<IQueueConsumer> _consumers = [];
    private int _ids;

    protected IQueueHarness Harness { get; private set; } = null!;

    /// <summary>The transport of the pusher.</summary>
    protected IQueueTransport Transport { get; private set; } = null!;

    /// <summary>The policy of the queues that a test declares; short times, so that deaths are noticed soon.</summary>
    protected QueuePolicy Policy { get; set; } = new() { LeaseTime = TimeSpan.FromSeconds(2), Partitions = 4 };

    /// <summary>A service of this test alone.</summary>
    protected string Service { get; } = "test.q" + Guid.NewGuid().ToString("N");

    protected QueueName Main => new(Service);

    public async ValueTask InitializeAsync()
    {
        Harness = await CreateHarnessAsync();
        Transport = await Harness.OpenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers) await consumer.DisposeAsync();
        await Harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<IQueueHarness> CreateHarnessAsync();

    protected Task DeclareAsync(params string[] groups) =>
        Task.WhenAll(groups.Select(group => Transport.DeclareAsync(new QueueName(Service, group), Policy, Token)));

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected string NextId() => $"{Service[6..30]}{Interlocked.Increment(ref _ids):x8}";

    protected QueueMessage Message(string text, string? key = null, TimeSpan? delay = null, TimeSpan? ttl = null, string? id = null)
    {
        id ??= NextId();
        return new QueueMessage
        {
            Id = id,
            Service = Service,
            Method = "restock",
            Headers = new MessageHeaders { MessageId = id, Caller = "tests" },
            ContentType = "application/json",
            Payload = Encoding.UTF8.GetBytes($"\"{text}\""),
            Key = key,
            Delay = delay,
            TimeToLive = ttl,
        };
    }

    protected async Task SendAsync(params string[] texts)
    {
        foreach (var text in texts) await Transport.SendAsync(Message(text), Token);
    }

    /// <summary>Consumes until the test ends.</summary>
    protected Task<IQueueConsumer> ConsumeAsync(
        Received received, string group = QueueName.MainGroup, int concurrency = 1, int? prefetch = null) =>
        ConsumeAsync(received.HandleAsync, group, concurrency, prefetch);

    protected async Task<IQueueConsumer> ConsumeAsync(
        QueueHandler handler,
        string group = QueueName.MainGroup,
        int concurrency = 1,
        int? prefetch = null,
        IQueueTransport? transport = null)
    {
        var subscription = new QueueSubscription
        {
            Queue = new QueueName(Service, group),
            Policy = Policy,
            Consumer = "tests",
            Concurrency = concurrency,
            Prefetch = prefetch ?? concurrency,
        };
        var consumer = await (transport ?? Transport).ConsumeAsync(subscription, handler, Token);
        _consumers.Add(consumer);
        return consumer;
    }

    protected Task<QueueStatus?> StatusAsync(string group = QueueName.MainGroup) =>
        Transport.Administration.GetStatusAsync(new QueueName(Service, group), Token);

    protected async Task<IReadOnlyList<DeadLetter>> DeadAsync(int count, string group = QueueName.MainGroup)
    {
        IReadOnlyList<DeadLetter> found = [];
        await Eventually.TrueAsync(
            async () => (found = await Transport.Administration.PeekDeadAsync(new QueueName(Service, group), 100, Token)).Count >= count,
            $"{count} dead letters");
        Assert.Equal(count, found.Count);
        return found;
    }

    protected static string TextOf(QueueMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Encoding.UTF8.GetString(message.Payload.Span).Trim('"');
    }

    /// <summary>Waits until nothing is left to do in the queue.</summary>
    protected Task EmptyAsync(string group = QueueName.MainGroup) => Eventually.TrueAsync(
        async () => await StatusAsync(group) is { } status
            && status.Waiting is null or 0
            && status.Scheduled is null or 0
            && status.InFlight is null or 0, "the queue is empty");
}
