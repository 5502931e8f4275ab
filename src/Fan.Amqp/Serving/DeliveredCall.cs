using System.Buffers;
using Fan.Brokers;

namespace Fan.Amqp.Serving;

/// <summary>A request that was delivered and is being served. What derives from it knows its form.</summary>
internal abstract class DeliveredCall : BrokerCall, IUnacknowledged
{
    private readonly byte[] _body;

    protected DeliveredCall(ServingLink link, CallKey key, ulong tag, ReadOnlySpan<byte> body)
        : base(link.Server, link.Workspaces, key)
    {
        (Link, Tag, Bytes) = (link, tag, body.Length);
        _body = ArrayPool<byte>.Shared.Rent(body.Length);
        body.CopyTo(_body);
    }

    public ulong Tag { get; }

    public int Bytes { get; }

    IUnacknowledged? IUnacknowledged.Before { get; set; }

    IUnacknowledged? IUnacknowledged.After { get; set; }

    protected ServingLink Link { get; }

    protected ReadOnlyMemory<byte> Body => _body.AsMemory(0, Bytes);

    protected sealed override ValueTask EndedAsync()
    {
        ArrayPool<byte>.Shared.Return(_body);
        return Link.EndedAsync(this);
    }
}
