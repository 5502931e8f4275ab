using System.Buffers;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Serving;

/// <summary>A request in Fan's form.</summary>
internal sealed class FanCall(ServingLink link, CallKey key, ulong deliveryTag, IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    : ServedCall(link, key, deliveryTag, body), IItemSink
{
    private const int MostCredit = 1 << 30;

    private readonly Lock _gate = new();
    private PayloadBuffer? _output;
    private TaskCompletionSource? _waiting;
    private long _credit;

    public IBufferWriter<byte> Output => _output!;

    public override void Grant(long bytes)
    {
        lock (_gate)
        {
            _credit = Math.Min(_credit + Math.Clamp(bytes, 0, MostCredit), MostCredit);
            _waiting?.TrySetResult();
        }
    }

    public async ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        var bytes = _output!.Count + Calling.SequenceCall.ItemCost;
        while (!TryTakeCredit(bytes, out var more)) await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        await Link.ReplyAsync(Key, NewReply(MessageTypes.Item), _output.Written).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        _output.Clear();
    }

    public override void Dispose()
    {
        _output?.Dispose();
        base.Dispose();
    }

    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        if (Body.Length > limits.MaxPayloadBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxPayloadBytes), $"The arguments have {Body.Length} bytes; at most {limits.MaxPayloadBytes} are allowed ({nameof(FanLimits.MaxPayloadBytes)}).");
        var headers = new MessageHeaders();
        MessageFields.Read(properties, headers, limits);
        Incoming = new IncomingCall { Payload = new ReadOnlySequence<byte>(Body), ContentType = properties.ContentType, Headers = headers, Transport = "amqp" };
        var method = Server.Resolve(Required(MessageFields.Service), Required(MessageFields.Method));
        _output = new PayloadBuffer(limits.MaxPayloadBytes);
        if (properties.Type == MessageTypes.Sequence)
        {
            if (!long.TryParse(Required(MessageFields.Credit), out var credit)) throw new BadMessageException(MessageFields.Credit, $"Header '{MessageFields.Credit}' must be a number of bytes.");
            Grant(credit);
            await Server.ServeStreamAsync(method, Incoming, this, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await Link.ReplyAsync(Key, NewReply(MessageTypes.End), default).ConfigureAwait(false);
        }
        else
        {
            await Server.ServeAsync(method, Incoming, _output, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await Link.ReplyAsync(Key, NewReply(MessageTypes.Reply), _output.Written).ConfigureAwait(false);
        }
    }

    protected override ValueTask SendErrorAsync(WireError error) => Link.ReplyAsync(Key, NewReply(MessageTypes.Error), ErrorJson.Write(error));

    private BasicProperties NewReply(string type)
    {
        var reply = new BasicProperties { Type = type, ContentType = "application/json", CorrelationId = Key.Number };
        if (type != MessageTypes.Item && Incoming?.ReplySpans is { } spans) reply.Headers = new Dictionary<string, object?> { [HeaderNames.Spans] = spans };
        return reply;
    }

    private string Required(string name) =>
        MessageFields.Text(properties, name) ?? throw new BadMessageException(name, $"The message has no header '{name}'.");

    // One item may go beyond.
    private bool TryTakeCredit(int bytes, out Task more)
    {
        lock (_gate)
        {
            more = Task.CompletedTask;
            if (_credit > 0)
            {
                _credit -= bytes;
                return true;
            }

            if (_waiting is null or { Task.IsCompleted: true }) _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            more = _waiting.Task;
            return false;
        }
    }
}
