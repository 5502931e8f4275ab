using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>What people do with queues, by what AMQP itself can: no plugin is needed. Safe from any thread.</summary>
internal sealed class AmqpQueueAdministration(
    QueueTopology topology,
    PushPublisher publisher,
    AmqpQueueTransport transport,
    TimeSpan patience,
    TimeProvider clock) : IQueueAdministration, IDisposable
{
    // So many dead letters are looked at with one request after another; more are left for the next time.
    private const int MostLooked = 100_000;

    private const int MostLooksForReturned = 100;

    // Looking takes messages in hand for a moment: two who look at once would each see a part.
    private readonly SemaphoreSlim _looking = new(1, 1);

    public Task<QueueStatus?> GetStatusAsync(QueueName queue, CancellationToken cancellationToken) =>
        transport.GuardAsync(queue.Service, async () =>
        {
            var name = QueueNames.Queue(queue);
            if (await topology.CountAsync(name, cancellationToken).ConfigureAwait(false) is not { } main) return null;
            var waiting = (long)main.MessageCount;
            foreach (var other
                in (await topology.PartitionsAsync(name, cancellationToken).ConfigureAwait(false)).Append(QueueNames.Suspects(name)))
                waiting += (await topology.CountAsync(other, cancellationToken).ConfigureAwait(false))?.MessageCount ?? 0;
            return new QueueStatus
            {
                Queue = queue,
                Waiting = waiting,
                Scheduled = null,
                InFlight = null,
                Dead = (await topology.CountAsync(QueueNames.Dead(name), cancellationToken).ConfigureAwait(false))?.MessageCount,
                Consumers = (int)main.ConsumerCount,
            };
        }, cancellationToken);

    public Task<IReadOnlyList<QueueDelivery>> PeekAsync(QueueName queue, int most, CancellationToken cancellationToken) =>
        throw new NotSupportedException(
            "RabbitMQ can't show messages that wait without delivering them, which would count as an attempt. Dead letters can be shown.");

    public Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, int most, CancellationToken cancellationToken) =>
        transport.GuardAsync<IReadOnlyList<DeadLetter>>(queue.Service, async () =>
        {
            var letters = new List<DeadLetter>();
            await LookAsync(
                queue,
                most,
                (_, found) =>
                {
                    letters.Add(DeadFields.Read(found.BasicProperties, found.Body.ToArray(), queue));
                    return Task.FromResult(false);
                },
                cancellationToken).ConfigureAwait(false);
            return letters;
        }, cancellationToken);

    public Task<int> RetryDeadAsync(QueueName queue, IReadOnlyCollection<string>? ids, CancellationToken cancellationToken) =>
        transport.GuardAsync(queue.Service, () =>
        {
            var wanted = ids?.ToHashSet(StringComparer.Ordinal);
            var name = QueueNames.Queue(queue);
            return LookAsync(
                queue,
                MostLooked,
                async (_, found) =>
                {
                    if (wanted?.Contains(found.BasicProperties.MessageId ?? "") == false) return false;
                    var letter = DeadFields.Read(found.BasicProperties, found.Body.ToArray(), queue);
                    var properties = PushFields.Write(
                        HeldDelivery.WithTimeToLive(letter.Message, null), 0, null, letter.EnqueuedAt, expires: false);
                    await publisher.PublishAsync(
                        "",
                        DeadFields.HomeOf(found.BasicProperties, name),
                        properties,
                        letter.Message.Payload,
                        cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken);
        }, cancellationToken);

    public Task<int> PurgeAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken) =>
        transport.GuardAsync(queue.Service, async () =>
        {
            var deleted = 0;
            foreach (var name in await NamesAsync(queue, part, cancellationToken).ConfigureAwait(false))
            {
                await topology.UseAsync(
                    async channel => deleted += (int)await channel.QueuePurgeAsync(name, cancellationToken).ConfigureAwait(false),
                    cancellationToken).ConfigureAwait(false);
            }

            return deleted;
        }, cancellationToken);

    public Task DeleteAsync(QueueName queue, CancellationToken cancellationToken) => transport.GuardAsync(queue.Service, async () =>
    {
        var names = await NamesAsync(queue, QueuePart.Waiting, cancellationToken).ConfigureAwait(false);
        // The one that says that all are there goes first.
        foreach (var name in names.Concat(await NamesAsync(queue, QueuePart.Dead, cancellationToken).ConfigureAwait(false)))
        {
            await topology.UseAsync(
                channel => channel.QueueDeleteAsync(name, ifUnused: false, ifEmpty: false, cancellationToken: cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        return true;
    }, cancellationToken);

    public void Dispose() => _looking.Dispose();

    private async Task<IReadOnlyList<string>> NamesAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken)
    {
        var name = QueueNames.Queue(queue);
        if (await topology.CountAsync(name, cancellationToken).ConfigureAwait(false) is null) return [];
        return part == QueuePart.Dead
            ? [QueueNames.Dead(name)]
            : [name, QueueNames.Suspects(name), .. await topology.PartitionsAsync(name, cancellationToken).ConfigureAwait(false)];
    }

    // Takes dead letters in hand one after another; those that were not used go back, in their order, with the channel.
    private async Task<int> LookAsync(
        QueueName queue, int most, Func<IChannel, BasicGetResult, Task<bool>> use, CancellationToken cancellationToken)
    {
        var dead = QueueNames.Dead(QueueNames.Queue(queue));
        if (!await _looking.WaitAsync(patience * 10, cancellationToken).ConfigureAwait(false))
        {
            throw new TimeoutException("Others look at dead letters, and did not end.");
        }

        try
        {
            if (await topology.CountAsync(dead, cancellationToken).ConfigureAwait(false) is not { } there) return 0;
            var used = 0;
            await topology.UseAsync(
                async channel =>
                {
                    // No more than there were: what comes back or is new meanwhile is for the next time.
                    for (var left = Math.Min(there.MessageCount, (uint)most); left > 0; left--)
                    {
                        if (await channel.BasicGetAsync(dead, autoAck: false, cancellationToken).ConfigureAwait(false) is not { } found)
                        {
                            break;
                        }

                        if (!await use(channel, found).ConfigureAwait(false)) continue;
                        await channel.BasicAckAsync(found.DeliveryTag, multiple: false, cancellationToken).ConfigureAwait(false);
                        used++;
                    }

                    await channel.CloseAsync(cancellationToken).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            await ReturnedAsync(dead, (long)there.MessageCount - used, cancellationToken).ConfigureAwait(false);
            return used;
        }
        finally
        {
            _looking.Release();
        }
    }

    // What goes back is there some moments later, and whoever looks next should find it.
    private async Task ReturnedAsync(string dead, long expected, CancellationToken cancellationToken)
    {
        for (var i = 0; i < MostLooksForReturned; i++)
        {
            if (await topology.CountAsync(dead, cancellationToken).ConfigureAwait(false) is not { } there || there.MessageCount >= expected)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
