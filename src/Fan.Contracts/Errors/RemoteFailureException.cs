namespace Fan;

/// <summary>The implementation at the far end threw. Wire code <c>remote_failure</c>.</summary>
public sealed class RemoteFailureException(string remoteType, string message, Exception? inner = null)
    : FanException(ErrorCodes.RemoteFailure, message, inner)
{
    /// <summary>The name of the type that was thrown there, or the status that a foreign service gave.</summary>
    public string RemoteType { get; } = remoteType;

    /// <summary>The body that a foreign service sent with its failure, where there is one; at most 64 KiB of it.</summary>
    public string? Body { get; init; }
}
