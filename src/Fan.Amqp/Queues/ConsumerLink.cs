using System.Threading.Channels;
using Fan.Amqp.Connections;
using Fan.Queues;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>Our part in the queues of one group, on one connection. What it has in hand when it ends goes back.</summary>
internal sealed class ConsumerLink : IAsyncDisposable
{
    private readonly IChannel _channel;
    private readonly List<string> _tags = [];
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ChannelWriter<HeldDelivery> _deliveries;
    private readonly TimeProvider _clock;
    private volatile bool _isQueueGone;

    private ConsumerLink(IChannel channel, ChannelWriter<HeldDelivery> deliveries, TimeProvider clock)
    {
        (_channel, _deliveries, _clock) = (channel, deliveries, clock);
        channel.ChannelShutdownAsync += (_, shutdown) =>
        {
            _ended.TrySetResult(shutdown.Exception?.Message ?? shutdown.ReplyText);
            return Task.CompletedTask;
        };
    }

    /// <summary>Ends with the reason when nothing comes any more.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Whether it ended because one of the queues was deleted.</summary>
    public bool IsQueueGone => _isQueueGone;

    public static async Task<ConsumerLink> OpenAsync(
        IConnection connection,
        QueueSubscription subscription,
        string queue,
        IReadOnlyList<string> partitions,
        ChannelWriter<HeldDelivery> deliveries,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        var link = new ConsumerLink(channel, deliveries, clock);
        try
        {
            // What the broker hands out bounds what is in hand: so many of the first, one of each other.
            await link.ConsumeAsync(
                queue,
                Lane.AnyOrder,
                subscription,
                (ushort)Math.Clamp(subscription.Prefetch, 1, ushort.MaxValue),
                cancellationToken).ConfigureAwait(false);
            await link.ConsumeAsync(QueueNames.Suspects(queue), Lane.Suspects, subscription, 1, cancellationToken).ConfigureAwait(false);
            foreach (var partition in partitions)
            {
                await link.ConsumeAsync(partition, Lane.Ordered, subscription, 1, cancellationToken).ConfigureAwait(false);
            }

            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Lets nothing more come, as far as the broker answers in time.</summary>
    public async Task StopTakingAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var tag in _tags) await _channel.BasicCancelAsync(tag, noWait: false, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _ended.TrySetResult(error.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Gives back whatever was not settled.
        await ChannelEnd.TryCloseAsync(_channel).ConfigureAwait(false);
        _ended.TrySetResult("it was closed");
    }

    private async Task ConsumeAsync(
        string queue, Lane lane, QueueSubscription subscription, ushort prefetch, CancellationToken cancellationToken)
    {
        await _channel.BasicQosAsync(0, prefetch, global: false, cancellationToken).ConfigureAwait(false);
        var consumer = new DeliveryConsumer(
            _channel,
            delivery =>
            {
                _deliveries.TryWrite(new HeldDelivery(
                    _channel, delivery.Tag, lane, queue, delivery.Properties, delivery.Body.ToArray(), _clock.GetTimestamp()));
                return default;
            },
            reason =>
            {
                _isQueueGone = true;
                _ended.TrySetResult(reason);
            });
        var name = $"{Shorten(subscription.Consumer)}.{Guid.NewGuid():N}";
        _tags.Add(await _channel.BasicConsumeAsync(
            queue, autoAck: false, name, noLocal: false, exclusive: false, null, consumer, cancellationToken).ConfigureAwait(false));
    }

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..64];
}
