namespace Fan.Redis.Serving;

/// <summary>What became of a message of a reply.</summary>
internal enum SendResult
{
    /// <summary>It is in its caller's stream.</summary>
    Sent,

    /// <summary>The stream is not there: its caller has gone.</summary>
    CallerLeft,

    /// <summary>The server could not be reached, or refused; its caller may be there.</summary>
    Failed,
}
