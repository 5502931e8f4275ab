using System.Buffers;
using System.Runtime.CompilerServices;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Serving;
using StackExchange.Redis;

namespace Fan.Redis.Serving;

/// <summary>A request in Fan's form.</summary>
/// <param name="inbox">Where it came.</param>
/// <param name="server">Who serves it.</param>
/// <param name="key">Its name.</param>
/// <param name="type">Its type, which may say what it calls.</param>
/// <param name="kind"><see cref="MessageTypes.Call"/> or <see cref="MessageTypes.Sequence"/>.</param>
/// <param name="request">The message.</param>
internal sealed class RedisRequest(ServingInbox inbox, CallServer server, CallKey key, string type, string kind, StreamItem request)
    : RedisServedCall(server, inbox.Running, inbox.Workspaces, key), IItemSink
{
    private readonly StreamCredit _credit = new();
    private Task _sending = Task.CompletedTask;
    private volatile SendResult _sent;
    private long _items;

    IBufferWriter<byte> IItemSink.Output => Output;

    public override void Grant(long bytes) => _credit.Grant(bytes);

    public async ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
    {
        while (!_credit.TryTake(Output.Count, out var more))
        {
            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            RequireSent();
        }

        // Not one after another: what is under way is bounded by the credit, and keeps its order.
        RequireSent();
        _sending = SendAsync(_sending, inbox.ReplyAsync(Key, NewItem(MessageTypes.Item, Output.Written.ToArray(), ++_items)));
        Output.Clear();
        cancellationToken.ThrowIfCancellationRequested();
    }

    // Awaited once: what it waits with can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        var payload = RedisFields.ReadPayload(request);
        if (payload.Length > limits.MaxPayloadBytes)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxPayloadBytes),
                $"The arguments have {payload.Length} bytes; at most {limits.MaxPayloadBytes} are allowed " +
                $"({nameof(FanLimits.MaxPayloadBytes)}).");
        }

        RedisFields.ReadHeaders(request, Incoming.Headers, limits);
        (Incoming.Payload, Incoming.ContentType) = (new ReadOnlySequence<byte>(payload), request.Field(RedisFields.ContentType));
        var method = inbox.Types.Find(type) ?? Resolve();
        if (ReferenceEquals(kind, MessageTypes.Sequence))
        {
            if (!long.TryParse(Required(RedisFields.Credit), out var credit))
            {
                throw new BadMessageException(RedisFields.Credit, $"Field '{RedisFields.Credit}' must be a number of bytes.");
            }

            Grant(credit);
            await Server.ServeStreamAsync(method, Incoming, this, cancellationToken).ConfigureAwait(false);
            // An item that was not sent is not passed over in silence.
            await _sending.ConfigureAwait(false);
            RequireSent();
            if (TryReply()) await inbox.ReplyAsync(Key, NewItem(MessageTypes.End, null, _items)).ConfigureAwait(false);
        }
        else
        {
            await Server.ServeAsync(method, Incoming, Output, cancellationToken).ConfigureAwait(false);
            if (TryReply()) await inbox.ReplyAsync(Key, NewReply(MessageTypes.Reply, Output.Written.ToArray())).ConfigureAwait(false);
        }
    }

    protected override async ValueTask SendErrorAsync(WireError error) =>
        await inbox.ReplyAsync(Key, NewReply(MessageTypes.Error, ErrorJson.Write(error))).ConfigureAwait(false);

    private List<object> NewReply(string reply, byte[]? payload)
    {
        var fields = RedisFields.Add(RedisFields.New(reply, payload), RedisFields.Number, Key.Number);
        if (reply != MessageTypes.Item && Incoming.ReplySpans is { } spans) RedisFields.Add(fields, HeaderNames.Spans, spans);
        return fields;
    }

    private List<object> NewItem(string type, byte[]? payload, long place) =>
        RedisFields.Add(NewReply(type, payload), RedisFields.Place, place);

    private async Task SendAsync(Task before, Task<SendResult> item)
    {
        if (await item.ConfigureAwait(false) is var result && result != SendResult.Sent)
        {
            // Nobody grants credit for an item that did not come.
            _sent = result;
            _credit.Stop();
        }

        await before.ConfigureAwait(false);
    }

    private void RequireSent()
    {
        if (_sent == SendResult.CallerLeft) throw new CallerLeftException();
        if (_sent == SendResult.Failed)
        {
            throw new ServiceUnavailableException(
                "", $"An item of the sequence could not be sent to its caller over Redis, so that the sequence '{type}' ends.");
        }
    }

    private ServedMethod Resolve() => CallTypes.TryRead(type, kind, out var service, out var method)
        ? Server.Resolve(service, method)
        : Server.Resolve(Required(RedisFields.Service), Required(RedisFields.Method));

    private string Required(string name) =>
        (string?)request.Field(name) ?? throw new BadMessageException(name, $"The message has no field '{name}'.");
}
