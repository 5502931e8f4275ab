using System.Buffers;
using Fan.Brokers;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Amqp.Serving;

/// <summary>A request that is being served. What derives from it knows its form.</summary>
internal abstract class ServedCall : Unacknowledged, IRunningCall, IThreadPoolWorkItem
{
    private readonly CallWorkspace _workspace;
    private readonly byte[] _body;
    private CallPhase _phase;
    private int _isReplied;
    private volatile bool _isLeft;

    protected ServedCall(ServingLink link, CallKey key, ulong deliveryTag, ReadOnlySpan<byte> body)
        : base(deliveryTag, body.Length)
    {
        (Link, Key) = (link, key);
        _workspace = link.Workspaces.Take();
        _body = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(_body);
    }

    public CallKey Key { get; }

    /// <summary>Set by the first look for its caller; the second one looks.</summary>
    public bool IsOld { get; set; }

    protected ServingLink Link { get; }

    protected CallServer Server => Link.Server;

    protected IncomingCall Incoming => _workspace.Incoming;

    protected PayloadBuffer Output => _workspace.Output;

    protected ReadOnlyMemory<byte> Body => _body.AsMemory(0, Bytes);

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

        ArrayPool<byte>.Shared.Return(_body);
        if (_phase.TryEnd()) Link.Workspaces.Return(_workspace);
        else _workspace.Dispose();
        await Link.EndedAsync(this).ConfigureAwait(false);
    }

    private async ValueTask FailAsync(Exception error)
    {
        var described = Server.Describe(error, Incoming);
        if (TryReply()) await SendErrorAsync(described).ConfigureAwait(false);
    }
}
