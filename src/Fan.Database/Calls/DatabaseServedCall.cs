using System.Buffers;
using Fan.Database.Engines;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Database.Calls;

/// <summary>A call that is served. Owns its task, which its transport waits for. Safe from any thread.</summary>
internal sealed class DatabaseServedCall(Mailbox mailbox, CallServer server, CallFrame request, int maxCredit) : IItemSink, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly PayloadBuffer _reply = new(server.Limits.MaxPayloadBytes);
    private readonly AsyncBell _credit = new(TimeProvider.System);
    private readonly string _service = request.Method?.Split('/')[0] ?? "";
    private IncomingCall? _incoming;
    private long _granted = Math.Min(request.Number, maxCredit);
    private long _sent;
    private long _items;
    private volatile bool _isBrokenOff;

    public long Peer => request.Peer;

    public long Number => request.Call;

    public IBufferWriter<byte> Output => _reply;

    public void Start(Action<DatabaseServedCall> ended) => _ = RunAsync(ended);

    /// <summary>Nobody waits for it any more.</summary>
    public void Cancel()
    {
        // Anybody's code may be registered on the token, so the pool runs it.
        ThreadPool.UnsafeQueueUserWorkItem(static call => call.CancelNow(), this, preferLocal: false);
    }

    /// <summary>Ends it at the caller, whatever it does here.</summary>
    public void BreakOff(string why)
    {
        if (_isBrokenOff) return;
        _isBrokenOff = true;
        var error = new WireError
        {
            Code = ErrorCodes.Unavailable,
            Service = _service,
            Message = $"The call of '{request.Method}' broke off: {why}."
        };
        mailbox.TryPost(_service, CallFrame(FrameKind.Error, ErrorText.Write(error)));
        Cancel();
    }

    /// <summary>Lets more of its sequence come: so many bytes in all.</summary>
    public void Grant(long bytes)
    {
        if (bytes <= Volatile.Read(ref _granted)) return;
        Volatile.Write(ref _granted, Math.Min(bytes, Volatile.Read(ref _sent) + maxCredit));
        _credit.Ring();
    }

    public async ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        while (_sent >= Volatile.Read(ref _granted))
        {
            // The implementation may not look at its token.
            _cancellation.Token.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            await using (cancellationToken.UnsafeRegister(static bell => ((AsyncBell)bell!).Ring(), _credit).ConfigureAwait(false))
                await _credit.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }

        _cancellation.Token.ThrowIfCancellationRequested();
        Volatile.Write(ref _sent, _sent + Math.Max(_reply.Count, 1));
        await PostAsync(CallFrame(FrameKind.Item, _reply.Written.ToArray(), ++_items)).ConfigureAwait(false);
        _reply.Clear();
    }

    private async Task RunAsync(Action<DatabaseServedCall> ended)
    {
        // The mailbox has others to read.
        await Task.Yield();
        try
        {
            await ServeAsync().ConfigureAwait(false);
        }
        catch (Exception error)
        {
            var described = server.Describe(error, _incoming);
            await PostAsync(CallFrame(FrameKind.Error, ErrorText.Write(described))).ConfigureAwait(false);
        }
        finally
        {
            ended(this);
            Dispose();
        }
    }

    public void Dispose()
    {
        _reply.Dispose();
        _credit.Dispose();
        _cancellation.Dispose();
    }

    private async Task ServeAsync()
    {
        var limits = server.Limits;
        if (request.Body.Length > limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The arguments have more than {limits.MaxPayloadBytes} bytes ({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        if (request.Headers?.Length > limits.MaxHeaderBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaderBytes),
                $"The headers have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
        }

        var slash = request.Method?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        if (slash < 0) throw new BadMessageException("method", "A method is named 'service/method'.");
        var method = server.Resolve(request.Method![..slash], request.Method[(slash + 1)..]);
        var headers = request.Headers is { } text ? MessageText.Read(text) : new MessageHeaders();
        // The time that it was on its way is part of the caller's.
        if (headers.TimeToLive is { } time) headers.TimeToLive = time > request.Age ? time - request.Age : TimeSpan.Zero;
        _incoming = new IncomingCall
        {
            Payload = new ReadOnlySequence<byte>(request.Body),
            ContentType = request.ContentType,
            Headers = headers,
            Transport = DatabaseServerTransport.TransportName
        };
        if (request.Kind == FrameKind.SequenceRequest)
        {
            await server.ServeStreamAsync(method, _incoming, this, _cancellation.Token).ConfigureAwait(false);
            await PostAsync(CallFrame(FrameKind.End, number: _items)).ConfigureAwait(false);
        }
        else
        {
            await server.ServeAsync(method, _incoming, _reply, _cancellation.Token).ConfigureAwait(false);
            await PostAsync(CallFrame(FrameKind.Reply, _reply.Written.ToArray())).ConfigureAwait(false);
        }
    }

    private ValueTask PostAsync(CallFrame frame) => _isBrokenOff ? default : mailbox.PostAsync(_service, frame);

    private CallFrame CallFrame(FrameKind kind, ReadOnlyMemory<byte> body = default, long number = 0) => new()
    {
        Peer = request.Peer,
        Call = request.Call,
        Kind = kind,
        Number = number,
        Headers = kind != FrameKind.Item && _incoming?.ReplySpans is { } spans
            ? MessageText.Write(new MessageHeaders { Spans = spans })
            : null,
        Body = body,
    };

    private void CancelNow()
    {
        try
        {
            _cancellation.Cancel();
            _credit.Ring();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }
}
