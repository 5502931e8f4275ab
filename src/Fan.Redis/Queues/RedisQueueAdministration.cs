using Fan.Queues;
using Fan.Redis.Connections;
using StackExchange.Redis;

namespace Fan.Redis.Queues;

/// <summary>What people do with the queues in Redis. Safe from any thread.</summary>
internal sealed class RedisQueueAdministration(RedisQueues queues) : IQueueAdministration
{
    // Of one script call: a look at bodies of many megabytes must not hold up the server.
    private const int MostLookedAt = 100;

    public async Task<QueueStatus?> GetStatusAsync(QueueName queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        await queues.SweepAsync(queue, cancellationToken).ConfigureAwait(false);
        var result = await queues.RunAsync(queues.Scripts.Status, queue, [], cancellationToken).ConfigureAwait(false);
        if (result.IsNull) return null;
        var numbers = (long[])result!;
        // What others put into the stream is nobody's message, and goes when a consumer meets it.
        var (all, age) = (numbers[2], numbers[5]);
        var ready = Math.Min(numbers[0], all);
        var inHand = Math.Min(numbers[1], ready);
        return new QueueStatus
        {
            Queue = queue,
            Waiting = ready - inHand,
            Scheduled = all - ready,
            InFlight = inHand,
            Dead = numbers[3],
            Consumers = (int)numbers[4],
            OldestAge = age < 0 ? null : TimeSpan.FromMilliseconds(age),
        };
    }

    public async Task<IReadOnlyList<QueueDelivery>> PeekAsync(QueueName queue, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var found = new List<QueueDelivery>();
        RedisValue last = "0";
        while (found.Count < most)
        {
            var result = (RedisResult[])(await queues.RunAsync(
                queues.Scripts.Peek, queue, [last, Math.Min(most, MostLookedAt)], cancellationToken).ConfigureAwait(false))!;
            foreach (var fields in (RedisResult[])result[2]!) found.Add(MessageRecord.Read(queue, (long)result[0], fields));
            last = (RedisValue)result[1];
            if (last == "-1") break;
        }

        return found.Count > most ? found[..most] : found;
    }

    public async Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, int most, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        await queues.SweepAsync(queue, cancellationToken).ConfigureAwait(false);
        var result = await queues.RunAsync(queues.Scripts.PeekDead, queue, [most], cancellationToken).ConfigureAwait(false);
        return [.. StreamItem.ReadEntries("", result).Select(letter => MessageRecord.ReadDead(queue, letter))];
    }

    public async Task<int> RetryDeadAsync(QueueName queue, IReadOnlyCollection<string>? ids, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var count = 0;
        RedisValue start = "-", stop = "";
        while (true)
        {
            RedisValue[] arguments = [start, stop, ids is null ? "1" : "0", .. (ids ?? []).Select(id => (RedisValue)id)];
            var result = (RedisResult[])(await queues.RunAsync(
                queues.Scripts.RetryDead, queue, arguments, cancellationToken).ConfigureAwait(false))!;
            count += (int)result[0];
            (start, stop) = ((RedisValue)result[1], (RedisValue)result[2]);
            if (start == "") return count;
        }
    }

    public async Task<int> PurgeAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        if (part == QueuePart.Dead)
        {
            return (int)await queues.RunAsync(queues.Scripts.PurgeDead, queue, [], cancellationToken).ConfigureAwait(false);
        }

        var count = 0;
        RedisValue last = "0", stop = "";
        while (true)
        {
            var result = (RedisResult[])(await queues.RunAsync(
                queues.Scripts.Purge, queue, [last, stop], cancellationToken).ConfigureAwait(false))!;
            count += (int)result[0];
            (last, stop) = ((RedisValue)result[1], (RedisValue)result[2]);
            if (last == "-1") return count;
        }
    }

    public async Task DeleteAsync(QueueName queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        await queues.RunAsync(queues.Scripts.Delete, queue, [], cancellationToken).ConfigureAwait(false);
        // Nobody else may ever look again.
        await queues.SweepAsync(queue, cancellationToken).ConfigureAwait(false);
    }
}
