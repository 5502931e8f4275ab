using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace CrossProcess.Contenders.Raw;

/// <summary>Appends requests under one lock, sends all that stands there with one write, and wakes callers on the pool.</summary>
internal sealed class RawClient : Client, IThreadPoolWorkItem
{
    public const int HeaderBytes = 8;
    public const int BufferBytes = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly Lock _gate = new();
    private readonly Stack<RawCall> _free = new();
    private readonly List<RawCall> _calls = [];
    private readonly Task _reading;
    private byte[] _filling = new byte[BufferBytes];
    private byte[] _sending = new byte[BufferBytes];
    private int _filled;
    private int _open;
    private bool _isSending;

    public RawClient(Socket socket)
    {
        _socket = socket;
        _reading = ReadAsync();
    }

    public override async ValueTask<string> EchoAsync(string text) => (await SendAsync(text, null)).Text!;

    public override async ValueTask<int> RecordAsync() => (await SendAsync(null, Wine.Sample)).Wine!.Id;

    public override async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    public void Return(RawCall call)
    {
        lock (_gate)
        {
            _free.Push(call);
            _open--;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = FlushAsync();

    private ValueTask<RawReply> SendAsync(string? text, Wine? wine)
    {
        RawCall? call;
        bool isFirst, isAlone;
        lock (_gate)
        {
            if (!_free.TryPop(out call)) _calls.Add(call = new RawCall(this, _calls.Count));
            var bytes = text is not null
                ? Encoding.UTF8.GetBytes(text, _filling.AsSpan(_filled + HeaderBytes))
                : RawWine.Write(wine!, _filling.AsSpan(_filled + HeaderBytes));
            BinaryPrimitives.WriteInt32LittleEndian(_filling.AsSpan(_filled), bytes);
            BinaryPrimitives.WriteInt32LittleEndian(_filling.AsSpan(_filled + 4), call.Number);
            _filled += HeaderBytes + bytes;
            call.IsText = text is not null;
            isFirst = !_isSending;
            isAlone = ++_open == 1;
            _isSending = true;
        }

        // Taken before it can complete.
        var reply = call.Task;
        if (isFirst && isAlone) _ = FlushAsync();
        else if (isFirst) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return reply;
    }

    private async Task FlushAsync()
    {
        while (true)
        {
            int count;
            lock (_gate)
            {
                if (_filled == 0)
                {
                    _isSending = false;
                    return;
                }

                (_filling, _sending, count, _filled) = (_sending, _filling, _filled, 0);
            }

            for (var sent = 0; sent < count;) sent += await _socket.SendAsync(_sending.AsMemory(sent, count - sent));
        }
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[BufferBytes];
        try
        {
            for (int have = 0, read; (read = await _socket.ReceiveAsync(buffer.AsMemory(have))) > 0;)
            {
                have += read;
                var at = 0;
                while (have - at >= HeaderBytes)
                {
                    var end = at + HeaderBytes + BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
                    if (end > have) break;
                    RawCall call;
                    var number = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + 4));
                    lock (_gate) call = _calls[number];
                    var body = buffer.AsSpan(at + HeaderBytes, end - at - HeaderBytes);
                    call.Complete(call.IsText ? new RawReply(Encoding.UTF8.GetString(body), null) : new RawReply(null, RawWine.Read(body)));
                    at = end;
                }

                buffer.AsSpan(at, have - at).CopyTo(buffer);
                have -= at;
            }
        }
        catch (SocketException)
        {
            // Disposed.
        }
    }
}
