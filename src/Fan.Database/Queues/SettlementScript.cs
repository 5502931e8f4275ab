using Fan.Database.Engines;
using Fan.Queues;

namespace Fan.Database.Queues;

/// <summary>Writes down what becomes of messages, many in few statements.</summary>
internal static class SettlementScript
{
    /// <summary>Adds a message to the queues of all groups of its service.</summary>
    public static void AddSending(this Script script, QueueMessage message) => script.Add(
        QueueStatements.Send,
        message.Service,
        message.Id,
        message.Method,
        message.ContentType,
        MessageText.Write(message.Headers),
        message.Payload,
        message.Key,
        Microseconds.Of(message.Delay > TimeSpan.Zero ? message.Delay : null), Microseconds.Of(message.TimeToLive));

    /// <summary>Adds the ends of messages that a consumer has in hand.</summary>
    public static void AddSettlements(this Script script, long queue, long consumer, IReadOnlyList<Settled> settled)
    {
        List<long> plain = [], marked = [], released = [];
        foreach (var (message, settlement, remembers) in settled)
        {
            switch (settlement.Outcome)
            {
                case QueueOutcome.Done when message.Key is null && !remembers: plain.Add(message.Number); break;
                case QueueOutcome.Done: marked.Add(message.Number); break;
                case QueueOutcome.Release: released.Add(message.Number); break;
            }
        }

        if (plain.Count > 0) script.Add(QueueStatements.Forget, queue, consumer, plain.ToArray());
        if (released.Count > 0) script.Add(QueueStatements.Release, queue, consumer, released.ToArray());
        if (marked.Count > 0)
        {
            script.Add(QueueStatements.LetGo, queue, consumer, marked.ToArray());
            script.Add(QueueStatements.Remember, queue, consumer);
            script.AddRemoval(queue, consumer);
        }

        foreach (var (message, settlement, _) in settled)
        {
            if (settlement.Outcome == QueueOutcome.Retry)
            {
                script.Add(
                    QueueStatements.Retry,
                    queue,
                    consumer,
                    message.Number,
                    Microseconds.Of(settlement.Delay),
                    settlement.Detail,
                    message.Attempts);
            }
            else if (settlement.Outcome == QueueOutcome.Dead)
            {
                script.Add(QueueStatements.LetGo, queue, consumer, new[] { message.Number });
                script.AddBurial(
                    queue,
                    consumer,
                    settlement.Reason!,
                    settlement.Detail,
                    settlement.ExceptionType,
                    isUntried: settlement.Reason == DeadLetterReasons.Expired);
            }
        }
    }

    /// <summary>Adds the end of one message that was handled; the statement has changed one row if the consumer still had it.</summary>
    public static Statement AddDone(this Script script, long queue, long consumer, long message)
    {
        var marked = script.Add(QueueStatements.LetGo, queue, consumer, new[] { message });
        script.Add(QueueStatements.Remember, queue, consumer);
        script.AddRemoval(queue, consumer);
        return marked;
    }

    /// <summary>
    /// Adds what the mere passing of time does to a queue, whoever looks: leases are ended by consumers alone, which see them for as long.
    /// </summary>
    public static void AddSweep(this Script script, long queue, long token)
    {
        script.Add(QueueStatements.GiveBackLost, queue);
        script.AddExpiry(queue, token);
        script.AddDue(queue);
    }

    /// <summary>Adds the end of those whose time is over, the first one first.</summary>
    public static Statement AddExpiry(this Script script, long queue, long token, int most = 500, int skipped = 0)
    {
        var expired = script.Add(QueueStatements.Expire, queue, token, most, skipped);
        script.AddBurial(
            queue, token, DeadLetterReasons.Expired, "its time was over before an attempt could begin", null, isUntried: false);
        return expired;
    }

    /// <summary>Adds the move of those that became due.</summary>
    public static void AddDue(this Script script, long queue)
    {
        script.Add(QueueStatements.MakeDue, queue);
        script.Add(QueueStatements.StandBehind, queue);
    }

    /// <summary>Adds what keeps the other tables small.</summary>
    public static void AddHousekeeping(this Script script, long queue)
    {
        script.Add(QueueStatements.ForgetHandled, queue);
        script.Add(QueueStatements.DropOldDead, queue);
        script.Add(QueueStatements.DropExcessDead, queue);
    }

    /// <summary>Adds the removal of what was marked as leaving.</summary>
    public static void AddRemoval(this Script script, long queue, long token)
    {
        script.Add(QueueStatements.Follow, queue, token);
        script.Add(QueueStatements.Remove, queue, token);
    }

    private static void AddBurial(
        this Script script, long queue, long token, string reason, string? detail, string? exceptionType, bool isUntried)
    {
        script.Add(QueueStatements.Bury, queue, token, reason, detail, exceptionType, isUntried ? 1L : 0L);
        script.AddRemoval(queue, token);
    }
}

/// <summary>A message and what becomes of it.</summary>
/// <param name="Message">The message.</param>
/// <param name="Settlement">What becomes of it.</param>
/// <param name="Remembers">Whether its queue remembers ids.</param>
internal readonly record struct Settled(TakenMessage Message, QueueSettlement Settlement, bool Remembers)
{
    /// <summary>With texts that every database can store, whatever its encoding is; null where there is none.</summary>
    public Settled? Plain => Settlement.Outcome switch
    {
        QueueOutcome.Retry =>
            this with { Settlement = QueueSettlement.Retry(Settlement.Delay, Ascii(Settlement.Detail), Ascii(Settlement.ExceptionType)) },
        QueueOutcome.Dead => this with
        {
            Settlement = QueueSettlement.Dead(Ascii(Settlement.Reason)!, Ascii(Settlement.Detail), Ascii(Settlement.ExceptionType))
        },
        _ => null,
    };

    private static string? Ascii(string? text) => text is null ? null : string.Concat(text.Select(c => char.IsAscii(c) ? c : '?'));
}
