using System.Buffers;
using System.Security.Claims;
using Fan.Generated;
using Fan.Ipc.Connections;
using Fan.Ipc.Wire;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Ipc.Serving;

/// <summary>A request that is being served. Used again by its connection.</summary>
internal sealed class ServedCall : IReady, IItemSink, IThreadPoolWorkItem, IDisposable
{
    // A reply that was larger does not keep its room.
    private const int MaxKeptReply = 16 * 1024;

    // Arguments up to that size have their room here, so that no array is rented for them.
    private const int MaxSmall = 256;

    private readonly ServerConnection _connection;
    private readonly CallServer _server;
    private readonly PayloadBuffer _reply;
    private readonly IncomingCall _incoming;
    private readonly CallCancellation _cancellation;
    private readonly byte[] _small = new byte[MaxSmall];
    private ReplyPayload _payload;
    private ServedMethod? _method;
    private Exception? _refusal;
    private bool _isSequence;
    private Task _running = Task.CompletedTask;

    public ServedCall(ServerConnection connection, CallServer server, string transport, ClaimsPrincipal? principal)
    {
        _connection = connection;
        _server = server;
        _reply = new PayloadBuffer(server.Limits.MaxPayloadBytes);
        _cancellation = server.CreateCancellation();
        _incoming = new IncomingCall
        {
            Payload = default,
            Headers = new MessageHeaders(),
            Transport = transport,
            Principal = principal,
            StartsFlow = true,
            Cancellation = _cancellation
        };
    }

    public uint Stream { get; private set; }

    /// <summary>The bytes of its request: what its window gets back at its end.</summary>
    public int RequestBytes { get; private set; }

    /// <summary>What may still be sent of its sequence; guarded by the gate.</summary>
    public long Credit { get; set; }

    /// <summary>Set, under the gate, when it was cancelled: it can't be used again then.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>When it was first held back, as a timestamp; 0 where it was not.</summary>
    public long HeldSince { get; set; }

    public MessageHeaders Headers => _incoming.Headers;

    /// <summary>Whether the arguments came in the compact form, so that the reply goes in it too.</summary>
    public bool IsCompact => ReferenceEquals(_incoming.ContentType, MediaTypes.Compact);

    public IBufferWriter<byte> Output => _reply;

    /// <summary>Takes the stream.</summary>
    public void Open(uint stream, int requestBytes, long credit) => (Stream, RequestBytes, Credit) = (stream, requestBytes, credit);

    /// <summary>What is to be called.</summary>
    public void Prepare(ServedMethod method, bool isSequence, string? contentType, ref Frame frame, int from)
    {
        (_method, _isSequence) = (method, isSequence);
        _incoming.ContentType = contentType;
        var count = frame.Body.Length - from;
        if (frame.Owned is null && count <= MaxSmall)
        {
            frame.Body[from..].CopyTo(_small);
            _incoming.Payload = new ReadOnlySequence<byte>(_small, 0, count);
            return;
        }

        _payload = frame.TakePayload(from);
        _incoming.Payload = new ReadOnlySequence<byte>(_payload.Memory);
    }

    /// <summary>It can't be served, and the caller is to be told why.</summary>
    public void Refuse(Exception reason) => _refusal = reason;

    public void Run()
    {
        if (_connection.TryHold(this)) return;
        if (HeldSince != 0) Headers.TimeToLive = _connection.LeftOf(this);
        // Nobody waits for it any more, and it has not begun.
        if (IsCancelled) _refusal ??= new CallerLeftException();
        if (_refusal is null && !_isSequence)
        {
            var serving = ServeAsync();
            // The common case: done at once, and there is room for the reply.
            if (serving.IsCompletedSuccessfully && _connection.TryReply(this, _incoming.ReplySpans, _reply.Written.Span)) return;
            _running = FinishAsync(serving);
            return;
        }

        _running = _refusal is null ? ServeSequenceAsync() : FailAsync(_refusal);
    }

    public ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        if (_connection.TrySendItem(this, _reply.Written.Span))
        {
            Clear(_reply);
            return default;
        }

        return SendItemAsync(cancellationToken);
    }

    /// <summary>Cancels the work; after <see cref="IsCancelled"/> was set.</summary>
    public void Execute() => _cancellation.Cancel();

    /// <summary>Makes it ready for another request; false where it can't be.</summary>
    public bool TryReset()
    {
        _payload.Dispose();
        _payload = default;
        _incoming.Payload = default;
        _incoming.ContentType = null;
        _incoming.Headers.Clear();
        (_method, _refusal, HeldSince) = (null, null, 0);
        Clear(_reply);
        if (!IsCancelled && _cancellation.TryReset()) return true;
        Dispose();
        return false;
    }

    // Its cancellation may be under way still, and holds nothing but memory.
    public void Dispose()
    {
        _reply.Dispose();
        _cancellation.Dispose();
    }

    // Nobody stands above to catch what is thrown: it would end the process.
    private ValueTask ServeAsync()
    {
        try
        {
            return _server.ServeAsync(_method!, _incoming, _reply, _cancellation.Token);
        }
        catch (Exception error)
        {
            return ValueTask.FromException(error);
        }
    }

    private async Task FinishAsync(ValueTask serving)
    {
        try
        {
            await serving.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await FailAsync(error).ConfigureAwait(false);
            return;
        }

        while (!_connection.TryReply(this, _incoming.ReplySpans, _reply.Written.Span))
        {
            await _connection.RoomAsync(_reply.Count).ConfigureAwait(false);
        }

        _connection.Replied();
    }

    private async Task ServeSequenceAsync()
    {
        try
        {
            await _server.ServeStreamAsync(_method!, _incoming, this, _cancellation.Token).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            await FailAsync(error).ConfigureAwait(false);
            return;
        }

        while (!_connection.TryEnd(this, _incoming.ReplySpans)) await _connection.RoomAsync().ConfigureAwait(false);
        _connection.Replied();
    }

    private async Task FailAsync(Exception error)
    {
        var described = _server.Describe(error, _incoming);
        while (!_connection.TryFail(this, described, _incoming.ReplySpans)) await _connection.RoomAsync().ConfigureAwait(false);
        _connection.Replied();
    }

    private async ValueTask SendItemAsync(CancellationToken cancellationToken)
    {
        while (!_connection.TrySendItem(this, _reply.Written.Span))
            await _connection.CreditAsync(this).WaitAsync(cancellationToken).ConfigureAwait(false);
        Clear(_reply);
    }

    private static void Clear(PayloadBuffer buffer)
    {
        if (buffer.Count > MaxKeptReply) buffer.Dispose();
        else buffer.Clear();
    }
}
