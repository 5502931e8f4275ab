using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>
/// What one call needs on its way out: its bytes, its headers, what the transport is told. Used again when the call has ended well.
/// </summary>
internal sealed class Exchange(FanLimits limits) : IDisposable
{
    // A call that was larger does not keep its room.
    private const int MaxKept = 16 * 1024;

    private readonly PayloadBuffer _buffer = new(limits.MaxPayloadBytes);
    private PayloadCodec? _codec;

    public OutgoingCall Call { get; } = new()
    {
        Endpoint = null!,
        Service = "",
        Method = "",
        Payload = default,
        ContentType = "",
        Headers = new MessageHeaders(),
        Limits = limits,
    };

    /// <summary>Writes the arguments, unless they stand there in that form already.</summary>
    public void Encode<TArgs>(PayloadCodec codec, ServiceMethod<TArgs> method, in TArgs args)
        where TArgs : struct
    {
        if (ReferenceEquals(_codec, codec)) return;
        _buffer.Clear();
        codec.WriteArguments(_buffer, method, args);
        _codec = codec;
    }

    /// <summary>Says where it goes.</summary>
    public OutgoingCall To(Endpoint endpoint, string method)
    {
        // The endpoint's service, not the route's: its calls may be led to another one.
        (Call.Endpoint, Call.Service, Call.Method) = (endpoint, endpoint.Service, method);
        (Call.Payload, Call.ContentType) = (_buffer.Written, _codec!.ContentType);
        Call.ReplySpans = null;
        return Call;
    }

    /// <summary>Forgets the call.</summary>
    public void Reset()
    {
        _codec = null;
        if (_buffer.Count > MaxKept) _buffer.Dispose();
        else _buffer.Clear();
        Call.Endpoint = null!;
        Call.Payload = default;
        Call.Headers.Clear();
    }

    public void Dispose() => _buffer.Dispose();
}
