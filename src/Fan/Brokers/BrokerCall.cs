using Fan.Messaging;
using Fan.Serving;

namespace Fan.Brokers;

/// <summary>A request that came over a broker and is being served. What derives from it knows its form.</summary>
internal abstract class BrokerCall(CallServer server, CallWorkspaces workspaces, CallKey key) : IRunningCall, IThreadPoolWorkItem
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

    /// <summary>More may be sent of its stream.</summary>
    public virtual void Grant(long bytes)
    {
    }

    /// <summary>Serves it, and sends its reply after <see cref="TryReply"/>.</summary>
    protected abstract ValueTask ServeAsync(CancellationToken cancellationToken);

    protected abstract ValueTask SendErrorAsync(WireError error);

    /// <summary>It has ended, and nothing looks at what it worked with any more.</summary>
    protected abstract ValueTask EndedAsync();

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
        await EndedAsync().ConfigureAwait(false);
    }

    private async ValueTask FailAsync(Exception error)
    {
        var described = server.Describe(error, Incoming);
        if (TryReply()) await SendErrorAsync(described).ConfigureAwait(false);
    }
}
