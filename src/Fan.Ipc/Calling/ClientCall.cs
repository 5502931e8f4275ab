using System.Threading.Tasks.Sources;
using Fan.Ipc.Connections;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>A call with one reply: what its caller awaits. Used again by its connection.</summary>
/// <remarks>
/// The caller goes on where the reply was read, not on another dispatch of the pool: <see cref="ReadyQueue"/> makes that safe.
/// </remarks>
internal sealed class ClientCall(ClientConnection connection) : IValueTaskSource<ReplyPayload>, IOpenCall, IReady, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<ReplyPayload> _source;
    private CancellationTokenRegistration _cancellation;
    private CancellationToken _token;
    private ReplyPayload _reply;
    private Exception? _error;

    /// <summary>The number of its stream while it is open. Guarded by the gate.</summary>
    public uint Stream { get; set; }

    public OutgoingCall Call { get; set; } = null!;

    public ValueTask<ReplyPayload> Task => new(this, _source.Version);

    /// <summary>Ends it when the token is cancelled. Called before its task is given away.</summary>
    public void CancelWith(CancellationToken token)
    {
        if (!token.CanBeCanceled) return;
        _token = token;
        _cancellation = token.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);
    }

    public void Reply(in ReplyPayload payload)
    {
        _reply = payload;
        connection.Continue(this);
    }

    public void Fail(Exception error)
    {
        _error = error;
        connection.Continue(this);
    }

    public void Run()
    {
        if (_error is { } error) _source.SetException(error);
        else _source.SetResult(_reply);
    }

    // Whoever cancels is not the one to run what the caller does next.
    void IThreadPoolWorkItem.Execute() => Run();

    ReplyPayload IValueTaskSource<ReplyPayload>.GetResult(short token)
    {
        // Waits for a callback that runs at this moment: after it the object can be used for another call.
        _cancellation.Dispose();
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _source.Reset();
            _cancellation = default;
            _token = default;
            _reply = default;
            _error = null;
            Call = null!;
            connection.Return(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ReplyPayload>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ReplyPayload>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel()
    {
        if (!connection.TryAbandon(Stream, this)) return;
        _error = new OperationCanceledException(_token);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
