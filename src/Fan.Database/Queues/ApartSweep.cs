using Fan.Database.Engines;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Queues;

/// <summary>
/// Does what time brings step by step, in transactions of their own, while the database refuses it as a whole: a message that can't be
/// buried keeps no other from coming. Used by the consumer's loop alone.
/// </summary>
internal sealed class ApartSweep(IDatabase database, ConsumerLease lease, QueueName queue, TimeProvider clock, ILogger logger)
{
    private const int MostExpired = 500;
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(1);

    private long _until;

    /// <summary>Whether the whole is not tried for now.</summary>
    public bool IsNeeded => clock.GetTimestamp() < _until;

    /// <exception cref="ServiceUnavailableException">The database is away.</exception>
    public async Task RunAsync(ConsumerLease.Turn turn, long[] known)
    {
        if (turn.Queue is not { } id) return;
        IReadOnlyList<(SeenLease, TimeSpan)> others = [];
        var refused = await TryAsync(script => others = lease.AddLeases(script, turn, known)).ConfigureAwait(false);
        lease.Swept(others);
        for (var (expired, skipped) = (1, 0); expired > 0 && skipped < MostExpired;)
        {
            Statement? expiring = null;
            var offset = skipped;
            if (await TryAsync(script => expiring = script.AddExpiry(id, turn.Consumer, 1, offset)).ConfigureAwait(false) is { } reason)
            {
                (refused, skipped) = (reason, skipped + 1);
            }
            else
            {
                expired = expiring!.Affected;
            }
        }

        refused = await TryAsync(script => script.AddDue(id)).ConfigureAwait(false) ?? refused;
        if (turn.CleansUp) refused = await TryAsync(script => script.AddHousekeeping(id)).ConfigureAwait(false) ?? refused;
        if (refused is not null && !IsNeeded)
        {
            _until = clock.GetTimestamp() + (long)(Trust.TotalSeconds * clock.TimestampFrequency);
            DatabaseQueueLog.NotSwept(logger, queue, refused);
        }
    }

    // What it was refused for.
    private async Task<string?> TryAsync(Action<Script> add)
    {
        try
        {
            var script = new Script(queue.Service);
            add(script);
            await database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (Exception error) when (database.IsAboutScript(error))
        {
            return error.Message;
        }
    }
}
