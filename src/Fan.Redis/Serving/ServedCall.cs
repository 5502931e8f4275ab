using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Redis.Serving;

/// <summary>A request that is being served. What derives from it knows its form.</summary>
internal abstract class ServedCall(
    CallServer server, RunningCalls<ServedCall> running, CallWorkspaces workspaces, CallKey key) : IRunningCall, IThreadPoolWorkItem
{
    private readonly CallWorkspace _workspace = workspaces.Take();
    private CallPhase _phase;
    private int _isReplied;
    private volatile bool _isLeft;

    public CallKey Key => key;

    /// <summary>Set by the first look for its caller; the second one looks.</summary>
    public bool IsOld { get; set; }

    protected CallServer Server => server;

    protected IncomingCall Incoming => _workspace.Incoming;

    protected PayloadBuffer Output => _workspace.Output;

    /// <summary>Serves it; whoever gave it to the pool counts it until it has ended.</summary>
    public void Execute() => _ = RunAsync();

    /// <summary>Its caller does not wait any more.</summary>
    public void Leave()
    {
        _isLeft = true;
        if (_phase.TryDisturb()) _workspace.Cancellation.Cancel();
    }

    /// <summary>Ends it for its caller, whatever its work does.</summary>
    public async ValueTask BreakOffAsync(Exception reason)
    {
        if (!_phase.TryDisturb()) return;
        await FailAsync(reason).ConfigureAwait(false);
        Leave();
    }

    /// <summary>More may be sent of its sequence.</summary>
    public virtual void Grant(long bytes)
    {
    }

    /// <summary>Serves it, and sends its reply after <see cref="TryReply"/>.</summary>
    protected abstract ValueTask ServeAsync(CancellationToken cancellationToken);

    protected abstract ValueTask SendErrorAsync(WireError error);

    /// <summary>Whether the one reply is still to be sent; from then on it is not.</summary>
    protected bool TryReply() => Interlocked.Exchange(ref _isReplied, 1) == 0 && !_isLeft;

    private async Task RunAsync()
    {
        try
        {
            await ServeAsync(_workspace.Cancellation.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await FailAsync(error).ConfigureAwait(false);
        }

        if (_phase.TryEnd()) workspaces.Return(_workspace);
        else _workspace.Dispose();
        running.Remove(this);
    }

    private async ValueTask FailAsync(Exception error)
    {
        var described = server.Describe(error, Incoming);
        if (TryReply()) await SendErrorAsync(described).ConfigureAwait(false);
    }
}
