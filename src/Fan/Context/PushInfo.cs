namespace Fan;

/// <summary>What the handler of a push can know of its message. Immutable.</summary>
public sealed record PushInfo
{
    /// <summary>The id of the message; the same in every attempt, and in every group.</summary>
    public required string MessageId { get; init; }

    /// <summary>The group that handles it.</summary>
    public required string Group { get; init; }

    /// <summary>1 for the first attempt.</summary>
    public required int Attempt { get; init; }

    /// <summary>The key that it is in order with.</summary>
    public string? Key { get; init; }

    /// <summary>When it was accepted, by the clock of the broker, store or pusher.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }
}
