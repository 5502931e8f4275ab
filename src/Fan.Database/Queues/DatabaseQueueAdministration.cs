using System.Security.Cryptography;
using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>What people do with the queues of a database. Safe from any thread.</summary>
internal sealed class DatabaseQueueAdministration(IDatabase database, int defaultBound) : IQueueAdministration
{
    private const int MostPeeked = 1000;
    private const int MovedTogether = 500;

    public async Task<QueueStatus?> GetStatusAsync(QueueName queue, CancellationToken cancellationToken)
    {
        if (await FindSweptAsync(queue, cancellationToken).ConfigureAwait(false) is not { } id) return null;
        var script = new Script(queue.Service) { IsReading = true, IsLong = true };
        var rows = script.Query(
            QueueStatements.Status,
            row => new QueueStatus
            {
                Queue = queue,
                Waiting = row.GetInt64(0),
                Scheduled = row.GetInt64(1) - row.GetInt64(0) - row.GetInt64(2),
                InFlight = row.GetInt64(2),
                Dead = row.GetInt64(4),
                Consumers = (int)row.GetInt64(5),
                OldestAge = row.IsDBNull(3) ? null : Microseconds.ToTime(Math.Max(0, row.GetInt64(3))),
            },
            id);
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        return rows[0];
    }

    public async Task<IReadOnlyList<QueueDelivery>> PeekAsync(QueueName queue, int most, CancellationToken cancellationToken)
    {
        if (await FindSweptAsync(queue, cancellationToken).ConfigureAwait(false) is not { } id) return [];
        var script = new Script(queue.Service) { IsReading = true, IsLong = true };
        var rows = script.Query(
            QueueStatements.Peek,
            row => new QueueDelivery
            {
                Queue = queue,
                Message = MessageRow.Read(row, queue, row.IsDBNull(7) ? null : Microseconds.ToTime(row.GetInt64(7))),
                Attempt = (int)row.GetInt64(8),
                EnqueuedAt = Microseconds.ToMoment(row.GetInt64(6)),
                LastFailure = row.IsDBNull(9) ? null : row.GetString(9),
            },
            id, Bounded(most));
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        return rows;
    }

    public async Task<IReadOnlyList<DeadLetter>> PeekDeadAsync(QueueName queue, int most, CancellationToken cancellationToken)
    {
        if (await FindSweptAsync(queue, cancellationToken).ConfigureAwait(false) is not { } id) return [];
        var script = new Script(queue.Service) { IsReading = true, IsLong = true };
        var rows = script.Query(
            QueueStatements.PeekDead,
            row => new DeadLetter
            {
                Queue = queue,
                Message = MessageRow.Read(row, queue, null),
                Reason = row.GetString(8),
                Detail = row.IsDBNull(9) ? null : row.GetString(9),
                ExceptionType = row.IsDBNull(10) ? null : row.GetString(10),
                Attempts = (int)row.GetInt64(7),
                EnqueuedAt = Microseconds.ToMoment(row.GetInt64(6)),
                DiedAt = Microseconds.ToMoment(row.GetInt64(11)),
            },
            id, Bounded(most));
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        return rows;
    }

    public async Task<int> RetryDeadAsync(QueueName queue, IReadOnlyCollection<string>? ids, CancellationToken cancellationToken)
    {
        if (await FindSweptAsync(queue, cancellationToken).ConfigureAwait(false) is not { } id) return 0;
        var room = await RoomAsync(queue, id, cancellationToken).ConfigureAwait(false);
        // Those that die again meanwhile come after the last of now.
        var moved = 0;
        var last = long.MaxValue;
        while (moved < room)
        {
            var pick = new Script(queue.Service) { IsReading = true, IsLong = true };
            var picked = ids is null
                ? pick.Query(QueueStatements.PickDead, static row => row.GetInt64(0), id, Math.Min(MovedTogether, room - moved))
                : pick.Query(
                    QueueStatements.PickDeadOf, static row => row.GetInt64(0), id, Math.Min(MovedTogether, room - moved), ids.ToArray());
            if (last == long.MaxValue) pick.Query(QueueStatements.LastDead, row => last = row.GetInt64(0), id);
            await database.RunAsync(pick, cancellationToken).ConfigureAwait(false);
            var numbers = picked.Where(number => number <= last).ToList();
            if (numbers.Count == 0) break;
            var move = new Script(queue.Service) { IsLong = true };
            var drops = new List<Statement>();
            foreach (var number in numbers)
            {
                move.Add(QueueStatements.Revive, id, number);
                drops.Add(move.Add(QueueStatements.DropDead, id, number));
            }

            await database.RunAsync(move, cancellationToken).ConfigureAwait(false);
            moved += drops.Sum(drop => drop.Affected);
        }

        if (moved > 0) database.Ring(Channels.OfService(queue.Service));
        return moved;
    }

    public async Task<int> PurgeAsync(QueueName queue, QueuePart part, CancellationToken cancellationToken)
    {
        if (await FindSweptAsync(queue, cancellationToken).ConfigureAwait(false) is not { } id) return 0;
        var purged = 0;
        while (true)
        {
            var script = new Script(queue.Service) { IsLong = true };
            Statement statement;
            if (part == QueuePart.Dead)
            {
                statement = script.Add(QueueStatements.PurgeDead, id);
            }
            else
            {
                var token = NewToken();
                statement = script.Add(QueueStatements.PurgeWaiting, id, token);
                script.AddRemoval(id, token);
            }

            await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
            purged += statement.Affected;
            if (statement.Affected == 0 || part == QueuePart.Dead) return purged;
        }
    }

    public async Task DeleteAsync(QueueName queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var script = new Script(queue.Service) { IsLong = true };
        script.Add(QueueStatements.RememberDeleted, queue.Service, queue.Group);
        script.Add(QueueStatements.Delete, queue.Service, queue.Group);
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
    }

    // What time has brought is seen also where no consumer runs.
    private async Task<long?> FindSweptAsync(QueueName queue, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(queue);
        var find = new Script(queue.Service) { IsReading = true, IsLong = true };
        var ids = find.Query(QueueStatements.Find, static row => row.GetInt64(0), queue.Service, queue.Group);
        await database.RunAsync(find, cancellationToken).ConfigureAwait(false);
        if (ids.Count == 0) return null;
        var sweep = new Script(queue.Service) { IsLong = true };
        sweep.AddSweep(ids[0], NewToken());
        sweep.AddHousekeeping(ids[0]);
        await database.RunAsync(sweep, cancellationToken).ConfigureAwait(false);
        return ids[0];
    }

    private async Task<long> RoomAsync(QueueName queue, long id, CancellationToken cancellationToken)
    {
        var script = new Script(queue.Service) { IsReading = true, IsLong = true };
        var queues = script.Query(QueueStatements.FindAll, QueueBounds.Read, queue.Service);
        await database.RunAsync(script, cancellationToken).ConfigureAwait(false);
        if (queues.FirstOrDefault(row => row.Id == id) is not { } known) return 0;
        var count = new Script(queue.Service) { IsReading = true, IsLong = true };
        var counted = count.Query(QueueStatements.Count, static row => row.GetInt64(0), id, known.Bound(defaultBound));
        await database.RunAsync(count, cancellationToken).ConfigureAwait(false);
        return known.Bound(defaultBound) - counted[0];
    }

    private static long Bounded(int most) => Math.Clamp(most, 0, MostPeeked);

    private static long NewToken() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
}
