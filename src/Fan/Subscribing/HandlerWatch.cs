using Fan.Applications;
using Fan.Messaging;
using Fan.Queues;
using Microsoft.Extensions.Logging;

namespace Fan.Subscribing;

/// <summary>
/// Watches the handlers of one queue, on all its transports: one that ignores its token is told, and left behind, so that its place and its
/// message go on without it. Safe from any thread.
/// </summary>
internal sealed class HandlerWatch(
    QueueName queue, SubscriptionOptions options, QueueTelemetry telemetry, TimeProvider clock, ILogger logger)
{
    // For cleaning up after the token was cancelled: by time, or by whoever ends the consumer and waits for it.
    private static readonly TimeSpan CleanUp = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CleanUpAtEnd = TimeSpan.FromMilliseconds(300);

    // A message that lets its handler hang does so in each attempt, and must not stop the others.
    private const int LeastBound = 32;

    private readonly Lock _gate = new();
    private int _hanging;
    private bool _isToldFull;
    private TaskCompletionSource? _room;

    /// <summary>How many may be left behind before nothing more is begun.</summary>
    public int Bound { get; } = Math.Max(LeastBound, options.Concurrency);

    /// <summary>What is wrong, for the health of the application; null when no handler hangs.</summary>
    public string? Trouble => Volatile.Read(ref _hanging) switch
    {
        0 => null,
        var count when count >= Bound => $"nothing is begun any more: {count} handlers ignore their cancelled token; restart the process",
        var count =>
            $"{count} of its handlers {(count == 1 ? "ignores its" : "ignore their")} cancelled token; " +
            $"with {Bound} nothing is begun any more",
    };

    /// <summary>Waits until a handler may begin; false when cancelled.</summary>
    public async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Task room;
            lock (_gate)
            {
                if (_hanging < Bound) return true;
                if (!_isToldFull) QueueLog.HandlersHang(logger, queue, _hanging);
                _isToldFull = true;
                room = (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return false;
    }

    /// <summary>Waits until a handler has ended, or is left behind.</summary>
    /// <param name="handling">The handler at work.</param>
    /// <param name="delivery">What it handles.</param>
    /// <param name="cancellationToken">
    /// The token that it was given; it is cancelled after <see cref="SubscriptionOptions.HandlingTimeout"/> too.
    /// </param>
    /// <returns>Whether it has ended.</returns>
    public async ValueTask<bool> EndsAsync(Task handling, QueueDelivery delivery, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        await handling.WaitAsync(
            options.HandlingTimeout + CleanUp, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!handling.IsCompleted && cancellationToken.IsCancellationRequested)
        {
            await handling.WaitAsync(CleanUpAtEnd, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (handling.IsCompleted) return true;
        LeaveBehind(handling, delivery, began);
        return false;
    }

    private void LeaveBehind(Task handling, QueueDelivery delivery, long began)
    {
        int count;
        lock (_gate) count = ++_hanging;
        telemetry.Hanging(queue, 1);
        QueueLog.HandlerHangs(
            logger, MethodOf(delivery), queue, delivery.Message.Id, delivery.Attempt, clock.GetElapsedTime(began), count, Bound);
        _ = OwnAsync(handling, delivery, began);
    }

    // What it ends with is nobody's any more: its attempt has failed.
    private async Task OwnAsync(Task handling, QueueDelivery delivery, long began)
    {
        await handling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // Told before the application is healthy again, so that whoever waits for that finds it in the log.
        telemetry.Hanging(queue, -1);
        QueueLog.HandlerEndedLate(
            logger, MethodOf(delivery), queue, delivery.Message.Id, clock.GetElapsedTime(began), handling.Status.ToString());
        TaskCompletionSource? room;
        lock (_gate)
        {
            _hanging--;
            (room, _room, _isToldFull) = (_room, null, false);
        }

        room?.TrySetResult();
    }

    private static string MethodOf(QueueDelivery delivery) => $"{delivery.Message.Service}/{HeaderText.Shorten(delivery.Message.Method)}";
}
