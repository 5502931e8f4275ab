namespace Fan.Queues;

/// <summary>A message that could not be handled.</summary>
public sealed class DeadLetter
{
    /// <summary>The queue it was in.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The message as it was sent.</summary>
    public required QueueMessage Message { get; init; }

    /// <summary>One of <see cref="DeadLetterReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>What went wrong, for people.</summary>
    public string? Detail { get; init; }

    /// <summary>The type of the exception that the last attempt failed with.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>How many attempts there were.</summary>
    public required int Attempts { get; init; }

    /// <summary>When the message was accepted.</summary>
    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>When it became a dead letter.</summary>
    public required DateTimeOffset DiedAt { get; init; }
}

/// <summary>Why messages die. Services may have reasons of their own.</summary>
public static class DeadLetterReasons
{
    /// <summary>Its time was over before an attempt could begin.</summary>
    public const string Expired = "expired";

    /// <summary>Every attempt failed.</summary>
    public const string AttemptsExhausted = "attempts_exhausted";

    /// <summary>The subscriber has no such method.</summary>
    public const string NoSuchMethod = "no_such_method";

    /// <summary>The payload or the headers can't be understood.</summary>
    public const string BadMessage = "bad_message";

    /// <summary>The policy of the service does not let its sender in, or nothing in it proves who that is.</summary>
    public const string AccessDenied = "access_denied";

    /// <summary>The handler refused it for good.</summary>
    public const string Rejected = "rejected";
}
