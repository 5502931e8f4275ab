using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Connections;

/// <summary>
/// Ends channels without waiting for a broker that does not read: its connection, which ends soon after, takes them along.
/// </summary>
internal static class ChannelEnd
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    /// <summary>Ends them one after another, so that what was sent on one is on its way before the next one ends.</summary>
    /// <exception cref="TimeoutException">The broker does not answer.</exception>
    public static Task CloseAsync(params IReadOnlyList<IChannel> channels) => CloseAllAsync(channels).WaitAsync(Patience);

    /// <summary>Ends one, as far as the broker answers.</summary>
    public static async Task TryCloseAsync(IChannel channel)
    {
        try
        {
            await CloseAsync(channel).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException or RabbitMQClientException or IOException
            or ObjectDisposedException)
        {
            // It has ended, or ends with its connection.
        }
    }

    private static async Task CloseAllAsync(IReadOnlyList<IChannel> channels)
    {
        using var time = new CancellationTokenSource(Patience);
        foreach (var channel in channels)
        {
            if (channel.IsOpen) await channel.CloseAsync(time.Token).ConfigureAwait(false);
            await channel.DisposeAsync().ConfigureAwait(false);
        }
    }
}
