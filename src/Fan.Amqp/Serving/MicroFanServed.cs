using System.Buffers;
using Fan.Amqp.MicroFan;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Serving;

/// <summary>A request in micro-fan's form; the key that it was sent with tells its service. A sequence is answered as one array.</summary>
internal sealed class MicroFanServed(
    ServingLink link, CallKey key, ulong deliveryTag, string service, string? expiration, ReadOnlySpan<byte> body)
    : ServedCall(link, key, deliveryTag, body), IItemSink
{
    private ContextHeaders? _context;
    private string _method = "";
    private bool _hasItems;

    IBufferWriter<byte> IItemSink.Output => Output;

    public ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        // What the next item needs before it.
        Output.Write(","u8);
        _hasItems = true;
        return default;
    }

    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        using var request = MicroFanRequest.Parse(Body, limits);
        _context = ContextHeaders.Read(request.RootElement);
        _method = MicroFanRequest.Method(request.RootElement);
        var method = Server.Resolve(service, _method);
        using var arguments = new PayloadBuffer(limits.MaxPayloadBytes);
        MicroFanRequest.WriteArguments(request.RootElement, method, Incoming.Headers, arguments);
        Incoming.Headers.TraceParent = _context?.TraceParent;
        if (expiration is not null) Incoming.Headers.TrySet(HeaderNames.TimeToLive, expiration);
        Incoming.Payload = new ReadOnlySequence<byte>(arguments.Written);
        if (method.Method is IStreamMethod) await ServeArrayAsync(method, Output, cancellationToken).ConfigureAwait(false);
        else await Server.ServeAsync(method, Incoming, Output, cancellationToken).ConfigureAwait(false);
        if (TryReply())
        {
            await Link.ReplyAsync(
                Key, NewReply(), MicroFanReply.Write(MicroFanForm.Amqp, _context, _method, Output.Written.Span)).ConfigureAwait(false);
        }
    }

    protected override ValueTask SendErrorAsync(WireError error) =>
        Link.ReplyAsync(Key, NewReply(), MicroFanReply.WriteError(MicroFanForm.Amqp, _context, _method, error));

    private async ValueTask ServeArrayAsync(ServedMethod method, PayloadBuffer output, CancellationToken cancellationToken)
    {
        output.Write("["u8);
        await Server.ServeStreamAsync(method, Incoming, this, cancellationToken).ConfigureAwait(false);
        if (!_hasItems)
        {
            output.Write("]"u8);
            return;
        }

        // In place of the last comma.
        var array = output.Written.ToArray();
        array[^1] = (byte)']';
        output.Clear();
        output.Write(array);
    }

    private BasicProperties NewReply() => new() { ContentType = "application/json", CorrelationId = Key.Number };
}
