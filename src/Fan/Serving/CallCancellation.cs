using Fan.Context;

namespace Fan.Serving;

/// <summary>
/// Ends the work of one call after the other: by the transport, or when the call's time is over. For transports that use their
/// <see cref="IncomingCall"/> again. Safe from any thread.
/// </summary>
public sealed class CallCancellation : IDisposable
{
    private readonly DeadlineSource _source;

    internal CallCancellation(TimeProvider clock) => _source = new DeadlineSource(clock);

    /// <summary>Cancelled with the call.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the call's time was over.</summary>
    internal bool TimedOut => _source.IsExpired;

    /// <summary>Cancels the call that is served now.</summary>
    public void Cancel() => _source.Cancel();

    /// <summary>Makes it ready for another call; false where this one was cancelled, and no other may follow.</summary>
    public bool TryReset() => _source.TryEnd();

    /// <summary>Lets go of it; a cancellation that is under way still reaches the token.</summary>
    public void Dispose() => _source.Abandon();

    internal Deadline Begin(TimeSpan? time) => time is { } limit ? _source.Begin(limit) : default;
}
