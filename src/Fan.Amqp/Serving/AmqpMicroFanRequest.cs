using System.Buffers;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;
using RabbitMQ.Client;

namespace Fan.Amqp.Serving;

/// <summary>A request in micro-fan's form; the key that it was sent with tells its service. A sequence is answered as one array.</summary>
internal sealed class AmqpMicroFanRequest(
    ServingLink link, CallKey key, ulong deliveryTag, string service, string? expiration, ReadOnlySpan<byte> body)
    : DeliveredCall(link, key, deliveryTag, body)
{
    private ContextHeaders? _context;
    private string _method = "";

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
        await MicroFanArray.ServeAsync(Server, method, Incoming, Output, cancellationToken).ConfigureAwait(false);
        if (TryReply())
        {
            await Link.ReplyAsync(
                Key, NewReply(), MicroFanReply.Write(MicroFanForm.Amqp, _context, _method, Output.Written.Span)).ConfigureAwait(false);
        }
    }

    protected override ValueTask SendErrorAsync(WireError error) =>
        Link.ReplyAsync(Key, NewReply(), MicroFanReply.WriteError(MicroFanForm.Amqp, _context, _method, error));

    private BasicProperties NewReply() => new() { ContentType = "application/json", CorrelationId = Key.Number };
}
