using Fan.Brokers;
using Fan.Messaging;
using Fan.Transports;
using RabbitMQ.Client;

namespace Fan.Amqp.Calling;

/// <summary>A call whose reply is a stream.</summary>
internal sealed class AmqpStreamCall(AmqpCallChannel channel, OutgoingCall call, int window) : AmqpCall(call)
{
    private readonly StreamWindow _window = new(call, window);

    public override bool Take(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        try
        {
            if (properties.Type == MessageTypes.Item)
            {
                _window.Reserve(body.Length);
                _window.Add(Copy(properties, body));
                return false;
            }

            ReadSpans(properties);
            _window.End(properties.Type, body, null);
            return true;
        }
        catch (Exception error)
        {
            // Still pending, so that its reader tells the service.
            Fail(error);
            return false;
        }
    }

    public override void Fail(Exception error) => _window.Fail(error);

    /// <summary>The items as they come. Errors end it as they would end a call.</summary>
    public IAsyncEnumerable<ReplyPayload> ReadAsync(CancellationToken cancellationToken) =>
        _window.ReadAsync(GrantAsync, LeaveAsync, cancellationToken);

    private ValueTask GrantAsync(long bytes) => channel.IsPending(this) ? channel.GrantAsync(this, bytes) : default;

    private ValueTask LeaveAsync() => channel.TryRemove(this) ? channel.CancelAsync(this) : default;
}
