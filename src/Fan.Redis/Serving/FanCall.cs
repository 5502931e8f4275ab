using System.Buffers;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;
using StackExchange.Redis;

namespace Fan.Redis.Serving;

/// <summary>A request in Fan's form.</summary>
internal sealed class FanCall(ServingInbox inbox, CallServer server, RunningCalls<ServedCall> running, CallKey key, StreamItem request) : ServedCall(server, running, key), IItemSink
{
    private const int MostCredit = 1 << 30;

    private readonly Lock _gate = new();
    private PayloadBuffer? _output;
    private TaskCompletionSource? _waiting;
    private Task<bool> _sending = Task.FromResult(true);
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
        var bytes = _output!.Count + SequenceCall.ItemCost;
        while (!TryTakeCredit(bytes, out var more)) await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        // Not one after another: what is under way is bounded by the credit, and keeps its order.
        if (_sending.IsCompleted && !await _sending.ConfigureAwait(false)) throw new OperationCanceledException("The caller has gone.");
        _sending = inbox.ReplyAsync(Key, NewReply(MessageTypes.Item, MessageFields.Copy(_output.Written)));
        _output.Clear();
        cancellationToken.ThrowIfCancellationRequested();
    }

    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        var payload = MessageFields.ReadPayload(request);
        if (payload.Length > limits.MaxPayloadBytes)
            throw new LimitExceededException(nameof(FanLimits.MaxPayloadBytes), $"The arguments have {payload.Length} bytes; at most {limits.MaxPayloadBytes} are allowed ({nameof(FanLimits.MaxPayloadBytes)}).");
        var headers = new MessageHeaders();
        MessageFields.ReadHeaders(request, headers, limits);
        Incoming = new IncomingCall { Payload = new ReadOnlySequence<byte>(payload), ContentType = request.Field(MessageFields.ContentType), Headers = headers, Transport = "redis" };
        var method = Server.Resolve(Required(MessageFields.Service), Required(MessageFields.Method));
        _output = new PayloadBuffer(limits.MaxPayloadBytes);
        if (Required(MessageFields.Type) == MessageTypes.Sequence)
        {
            if (!long.TryParse(Required(MessageFields.Credit), out var credit)) throw new BadMessageException(MessageFields.Credit, $"Field '{MessageFields.Credit}' must be a number of bytes.");
            Grant(credit);
            await Server.ServeStreamAsync(method, Incoming, this, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await inbox.ReplyAsync(Key, NewReply(MessageTypes.End, RedisValue.Null)).ConfigureAwait(false);
        }
        else
        {
            await Server.ServeAsync(method, Incoming, _output, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await inbox.ReplyAsync(Key, NewReply(MessageTypes.Reply, MessageFields.Copy(_output.Written))).ConfigureAwait(false);
        }
    }

    protected override async ValueTask SendErrorAsync(WireError error) => await inbox.ReplyAsync(Key, NewReply(MessageTypes.Error, ErrorJson.Write(error))).ConfigureAwait(false);

    public override void Dispose()
    {
        _output?.Dispose();
        base.Dispose();
    }

    private List<RedisValue> NewReply(string type, RedisValue payload)
    {
        var fields = new List<RedisValue>(8) { MessageFields.Type, type, MessageFields.Number, Key.Number };
        if (!payload.IsNull) fields.AddRange([MessageFields.Payload, payload]);
        if (type != MessageTypes.Item && Incoming?.ReplySpans is { } spans) fields.AddRange([HeaderNames.Spans, spans]);
        return fields;
    }

    private string Required(string name) => (string?)request.Field(name) ?? throw new BadMessageException(name, $"The message has no field '{name}'.");

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
