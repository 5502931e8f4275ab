namespace Fan.Queues.Local;

/// <summary>A message in a queue of this process. Everything that changes is guarded by the queue's lock.</summary>
internal sealed class LocalQueueEntry(QueueMessage message, long number, DateTimeOffset enqueuedAt, long expiresAt)
{
    public const long Never = long.MaxValue;

    public QueueMessage Message { get; } = message;

    /// <summary>Its place in the order of sending.</summary>
    public long Number { get; } = number;

    public DateTimeOffset EnqueuedAt { get; } = enqueuedAt;

    /// <summary>The timestamp at which it dies unless it is in hand.</summary>
    public long ExpiresAt { get; } = expiresAt;

    public LocalEntryState State { get; set; } = LocalEntryState.Gone;

    /// <summary>The timestamp until which it is kept back.</summary>
    public long DueAt { get; set; }

    public int Attempts { get; set; }

    public string? LastFailure { get; set; }

    /// <summary>Whether it leads the messages of its key: at work, or about to be.</summary>
    public bool LeadsKey { get; set; }
}

/// <summary>Where a message is.</summary>
internal enum LocalEntryState
{
    /// <summary>Kept back until it is due.</summary>
    Scheduled,

    /// <summary>Behind another message of its key.</summary>
    Behind,

    /// <summary>To be taken.</summary>
    Ready,

    /// <summary>In the hand of a consumer.</summary>
    InHand,

    /// <summary>Not, or not any more, in the queue.</summary>
    Gone,
}
