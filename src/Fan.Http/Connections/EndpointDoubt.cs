using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>
/// An endpoint that gave no reply in time may be gone without a word: before it gets another call it is asked, once for all that wait to
/// call it. Safe from any thread.
/// </summary>
internal sealed class EndpointDoubt
{
    private readonly Lock _gate = new();
    private Task? _asking;
    private volatile bool _isRaised;

    public bool IsRaised => _isRaised;

    public void Raise() => _isRaised = true;

    /// <summary>Waits until it has answered.</summary>
    /// <exception cref="EndpointUnreachableException">It did not.</exception>
    public async ValueTask SettleAsync(Func<Task> ask, OutgoingCall call, CancellationToken cancellationToken)
    {
        Task asking;
        lock (_gate)
        {
            if (_asking is null or { IsCompleted: true })
            {
                // No call's context or cancellation may reach what others share.
                using (ExecutionContext.SuppressFlow()) _asking = Task.Run(ask, CancellationToken.None);
            }

            asking = _asking;
        }

        try
        {
            await asking.WaitAsync(cancellationToken).ConfigureAwait(false);
            _isRaised = false;
        }
        catch (Exception error)
            when (!cancellationToken.IsCancellationRequested && error is HttpRequestException or OperationCanceledException)
        {
            throw new EndpointUnreachableException(
                call.Endpoint, $"{call.Endpoint} does not answer since a call to it got no reply: {error.Message}", error);
        }
    }
}
