using System.Threading.Channels;
using Fan.Database.Engines;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Queues;

internal sealed partial class DatabaseConsumer
{
    /// <summary>One turn; where the database refuses something in it, in parts, so that what is refused stands alone.</summary>
    private async Task TurnSafelyAsync(List<Settled> settled, int room)
    {
        try
        {
            await TurnAsync(settled, room, sweepsApart: _apart.IsNeeded).ConfigureAwait(false);
        }
        catch (Exception error) when (_database.IsAboutScript(error))
        {
            foreach (var one in settled.ToList())
            {
                await SettleAloneAsync(one).ConfigureAwait(false);
                settled.Remove(one);
            }

            await TurnAsync([], room, sweepsApart: true).ConfigureAwait(false);
        }
    }

    private async Task SettleAloneAsync(Settled one)
    {
        Exception? refused = null;
        foreach (var form in (Settled?[])[one, one.Plain])
        {
            if (form is not { } settled) continue;
            try
            {
                var script = new Script(Queue.Service);
                script.AddSettlements(one.Message.Queue, one.Message.Owner, [settled]);
                await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
                _aside.Remove(one.Message);
                _hand.Drop(one.Message);
                return;
            }
            catch (Exception error) when (_database.IsAboutScript(error))
            {
                refused = error;
            }
        }

        if (_aside.Add(one)) DatabaseQueueLog.NotSettled(_logger, Queue, one.Message.Id, one.Settlement.Outcome, refused!.Message);
    }

    /// <summary>
    /// One batch: says what became of messages, renews the lease, does what time has brought, and takes as many as there is room for.
    /// </summary>
    private async Task TurnAsync(List<Settled> settled, int room, bool sweepsApart)
    {
        var script = new Script(Queue.Service);
        var turn = _lease.Begin(script);
        if (sweepsApart && turn.Sweeps) await _apart.RunAsync(turn, _hand.Known).ConfigureAwait(false);
        IReadOnlyList<(SeenLease, TimeSpan)>? others = null;
        if (turn.Queue is { } queue)
        {
            script.AddSettlements(queue, turn.Consumer, settled);
            if (turn.Sweeps && !sweepsApart) others = _lease.AddSweep(script, turn, _hand.Known);
            if (turn.CleansUp && !sweepsApart) script.AddHousekeeping(queue);
        }

        IReadOnlyList<TakenMessage> suspects = [], taken = [];
        IReadOnlyList<ConsumerLease.Alarm> alarms = [];
        if (turn.Queue is { } from && room > 0)
        {
            var read = TakenMessage.Reader(from, turn.Consumer, _clock);
            // What died with its consumer may have killed it, and those beside it are innocent: one at a time is taken of them.
            if (!HoldsSuspect(settled)) suspects = script.Query(QueueStatements.Take, read, from, turn.Consumer, 1, 1);
            taken = script.Query(QueueStatements.Take, read, from, turn.Consumer, room, 0);
            alarms = _lease.AddAlarms(script, from);
        }

        await _database.RunAsync(
            script, _breaking.IsCancellationRequested && !_isStopping ? _breaking.Token : CancellationToken.None).ConfigureAwait(false);
        if (others is not null) _lease.Swept(others);
        foreach (var (message, _, _) in settled) _hand.Drop(message);
        switch (_lease.End(turn, alarms, taken.Count + suspects.Count, room))
        {
            case LeaseState.Lost:
                // Others have the messages, or are about to.
                _hand.LoseAll();
                _aside.Clear();
                return;
            case LeaseState.DeclaredAgain:
                DatabaseQueueLog.DeclaredAgain(_logger, Queue);
                break;
            case LeaseState.Deleted:
                Interrupted($"Queue '{Queue}' was deleted.");
                break;
        }

        foreach (var message in suspects.Concat(taken).OrderBy(message => message.Place))
        {
            _hand.Add(message);
            if (!_ready.Writer.TryWrite(message)) _hand.Settle(message, QueueSettlement.Release, _remembers);
        }

        // Whoever waits for what was given back, or is behind it, need not wait for the next look.
        if (_isStopping && settled.Count > 0) _database.Ring(_channel);
    }

    /// <summary>Looks before it takes the only lock, where what rang may have been something else.</summary>
    private async ValueTask<bool> FoundNothingAsync()
    {
        if (_database.TellsChannelsApart || _lease.OnlyTakesFrom is not { } queue) return false;
        var script = new Script(Queue.Service) { IsReading = true };
        var ready = script.Query(QueueStatements.AnyReady, static _ => true, queue);
        var alarms = _lease.AddAlarms(script, queue);
        await _database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
        if (ready.Count > 0 || alarms.Any(alarm => !alarm.IsConsumer)) return false;
        _lease.FoundNothing(alarms);
        return true;
    }

    private bool HoldsSuspect(List<Settled> settled) =>
        _hand.Holds(
            message => message.WasLost && !_aside.Contains(message) && !settled.Exists(one => ReferenceEquals(one.Message, message)));
}
