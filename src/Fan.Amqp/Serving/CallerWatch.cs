using Fan.Amqp.Connections;
using Fan.Amqp.Messages;
using Fan.Brokers;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Serving;

/// <summary>
/// Looks for the callers of calls that take long, and cancels the work for those that have gone without a word. Lets no acknowledgement
/// wait for longer than that.
/// </summary>
internal sealed class CallerWatch(
    IConnection connection,
    RunningCalls<DeliveredCall> running,
    Acknowledgements acknowledgements,
    TimeSpan interval,
    TimeProvider clock,
    ILogger logger)
{
    private const ushort NotFound = 404;

    // Only RabbitMQ's own reply channels can be asked for without taking part in anything.
    private const string Prefix = AmqpTopology.DirectReplyTo + ".";

    private IChannel? _channel;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await acknowledgements.FlushAsync(cancellationToken).ConfigureAwait(false);
                await LookAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The link has ended; the channel goes with its connection, or here.
        }
        catch (Exception error)
        {
            // So has the connection.
            BrokerLog.Dropped(logger, MessageTypes.Probe, error.Message);
        }

        if (_channel is { IsOpen: true } channel && connection.IsOpen) await ChannelEnd.TryCloseAsync(channel).ConfigureAwait(false);
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        var old = new List<DeliveredCall>();
        foreach (var call in running.All)
        {
            if (call.IsOld && call.Key.ReplyTo.StartsWith(Prefix, StringComparison.Ordinal)) old.Add(call);
            call.IsOld = true;
        }

        foreach (var ofCaller in old.GroupBy(call => call.Key.ReplyTo, StringComparer.Ordinal))
        {
            if (await IsThereAsync(ofCaller.Key, cancellationToken).ConfigureAwait(false)) continue;
            BrokerLog.CallerGone(logger, ofCaller.Count());
            foreach (var call in ofCaller) call.Leave();
        }
    }

    private async Task<bool> IsThereAsync(string replyTo, CancellationToken cancellationToken)
    {
        if (_channel is not { IsOpen: true })
        {
            _channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _channel.QueueDeclarePassiveAsync(replyTo, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationInterruptedException error)
        {
            return error.ShutdownReason?.ReplyCode != NotFound;
        }
    }
}
