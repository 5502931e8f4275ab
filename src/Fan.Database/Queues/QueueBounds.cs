using System.Collections.Concurrent;
using System.Data.Common;
using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>
/// Refuses pushes to queues that are full. Counting at each push would cost more than the push: this process counts what it sends itself,
/// and looks from time to time. Safe from any thread.
/// </summary>
internal sealed class QueueBounds(IDatabase database, int defaultBound, TimeProvider clock)
{
    private const int MaxServices = 10_000;

    // A count goes over as many rows as a queue may hold.
    private const int CountPatience = 6;
    private static readonly TimeSpan LongestTrust = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShortestTrust = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    public static Func<DbDataReader, QueueRow> Read { get; } = static row => new QueueRow(
        row.GetInt64(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt64(2));

    public static NoSuchServiceException Nobody(string service) =>
        new(service, $"Nobody takes pushes to '{service}': no group has a queue for it in the database.");

    public void Forget(string service) => _known.TryRemove(service, out _);

    /// <exception cref="LimitExceededException">A group's queue is full.</exception>
    /// <exception cref="NoSuchServiceException">No group has a queue.</exception>
    public async ValueTask RequireRoomAsync(string service, DbTransaction? within, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(service, out var known) || MustLook(known))
        {
            known = await LookAsync(service, within, cancellationToken).ConfigureAwait(false);
        }

        if (known.Full is not { } full) return;
        throw new LimitExceededException(
            nameof(QueuePolicy.MaxMessages),
            $"Queue '{service}/{full.Group}' holds {full.Bound(defaultBound)} messages ({nameof(QueuePolicy.MaxMessages)}); " +
            "push again when some are handled.");
    }

    /// <summary>Counts a message that was sent to queues; they may be others than before.</summary>
    public void Sent(string service, IReadOnlyList<QueueRow> queues)
    {
        if (!_known.TryGetValue(service, out var known)) return;
        Interlocked.Increment(ref known.Sent);
        if (!known.Queues.SequenceEqual(queues)) Forget(service);
    }

    private bool MustLook(Known known)
    {
        var age = clock.GetElapsedTime(known.At);
        return age > LongestTrust || ((known.Full is not null || Interlocked.Read(ref known.Sent) >= known.Room) && age > ShortestTrust);
    }

    private async ValueTask<Known> LookAsync(string service, DbTransaction? within, CancellationToken cancellationToken)
    {
        var find = new Script(service) { IsReading = true };
        var queues = find.Query(QueueStatements.FindAll, Read, service);
        await database.RunAsync(find, within, cancellationToken).ConfigureAwait(false);
        if (queues.Count == 0) throw Nobody(service);
        var count = new Script(service) { IsReading = true, Patience = CountPatience };
        var counts = queues.Select(
            queue => count.Query(QueueStatements.Count, static row => row.GetInt64(0), queue.Id, queue.Bound(defaultBound))).ToList();
        await database.RunAsync(count, within, cancellationToken).ConfigureAwait(false);
        var rooms = queues.Zip(counts, (queue, counted) => (Queue: queue, Room: queue.Bound(defaultBound) - counted[0])).ToList();
        var full = rooms.Find(room => room.Room <= 0);
        var known = new Known(queues, rooms.Min(room => room.Room), full.Queue, clock.GetTimestamp());
        if (_known.Count < MaxServices || _known.ContainsKey(service)) _known[service] = known;
        return known;
    }

    private sealed class Known(IReadOnlyList<QueueRow> queues, long room, QueueRow? full, long at)
    {
        public long Sent;

        public IReadOnlyList<QueueRow> Queues => queues;

        public long Room => room;

        public QueueRow? Full => full;

        public long At => at;
    }
}

/// <summary>A group's queue as a pusher sees it.</summary>
internal sealed record QueueRow(long Id, string Group, long? MaxMessages)
{
    public long Bound(int otherwise) => MaxMessages ?? otherwise;
}
