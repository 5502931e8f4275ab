using System.Collections.Concurrent;

namespace Fan.Amqp.Queues;

/// <summary>
/// What this process knows of the messages that keep order, and the broker does not: their attempts, when the next one is due, since when
/// they are here. Through the loss of channels. Safe from any thread.
/// </summary>
/// <remarks>
/// One for each queue, as one message of it is in hand. The broker counts deliveries, and can't tell one that waited from one that was
/// tried.
/// </remarks>
internal sealed class AttemptNotes
{
    private readonly ConcurrentDictionary<string, Note> _notes = new(StringComparer.Ordinal);

    /// <summary>Gives a delivery what is known of its message; returns the timestamp until which it is kept back.</summary>
    public long Recall(HeldDelivery held)
    {
        if (Find(held) is not { } note) return 0;
        // One more delivery is the one that is here; what lies between was tried by others.
        held.AttemptsBefore = note.Attempts + (int)Math.Max(0, held.Deliveries - note.Deliveries - 1);
        held.LastFailure ??= note.Failure;
        held.ReceivedAt = note.ReceivedAt;
        _notes[held.Home] = note with { Attempts = held.AttemptsBefore, Deliveries = held.Deliveries };
        return note.DueAt;
    }

    /// <summary>An attempt begins.</summary>
    public void Begin(HeldDelivery held) =>
        _notes[held.Home] = new Note(held.Id, held.AttemptsBefore + 1, held.Deliveries, 0, held.ReceivedAt, held.LastFailure);

    /// <summary>It failed, and another one follows later.</summary>
    public void Failed(HeldDelivery held, long dueAt, string? failure)
    {
        if (Find(held) is { } note) _notes[held.Home] = note with { DueAt = dueAt, Failure = failure };
    }

    /// <summary>It is settled.</summary>
    public void Forget(HeldDelivery held)
    {
        if (Find(held) is { } note) _notes.TryRemove(KeyValuePair.Create(held.Home, note));
    }

    private Note? Find(HeldDelivery held) =>
        held.Lane == Lane.Ordered && _notes.TryGetValue(held.Home, out var note) && note.Id == held.Id ? note : null;

    private sealed record Note(string? Id, int Attempts, long Deliveries, long DueAt, long ReceivedAt, string? Failure);
}
