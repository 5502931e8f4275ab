using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Fan.Brokers;
using Fan.Queues;
using Fan.Redis.Connections;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Queues;

/// <summary>Takes messages of one queue: one task reads the stream on a connection of its own, others handle. Owns them.</summary>
internal sealed class RedisConsumer : IQueueConsumer
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly RedisQueues _queues;
    private readonly QueueSubscription _subscription;
    private readonly QueueHandler _handler;
    private readonly BlockingReader _reader;
    private readonly HeldMessages _held;
    private readonly ConsumerCare _care;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Action<RedisConsumer> _ended;
    private readonly string _consumer;
    private readonly Channel<HeldMessage> _taken;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _breaking = new();
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<HeldMessage, Task> _aside = new();
    private volatile string _stream;
    private Task _reading = Task.CompletedTask;
    private Task _working = Task.CompletedTask;
    private Task? _stopped;
    private volatile string? _trouble;

    public RedisConsumer(
        RedisServer server,
        RedisQueues queues,
        QueueSubscription subscription,
        string stream,
        QueueHandler handler,
        TimeProvider clock,
        ILogger logger,
        Action<RedisConsumer> ended)
    {
        (_queues, _subscription, _stream, _handler, _clock, _logger, _ended) = (
            queues, subscription, stream, handler, clock, logger, ended);
        // Two of one name would take each other's messages for their own.
        _consumer = $"{subscription.Consumer}-{Guid.NewGuid().ToString("N")[..8]}";
        _reader = new BlockingReader(server);
        _held = new HeldMessages(subscription.Prefetch);
        _care = new ConsumerCare(
            queues,
            subscription.Queue,
            _consumer,
            _held,
            subscription.Policy.LeaseTime,
            server.Options.PollInterval,
            DeclareAgainAsync,
            clock,
            logger);
        // Bounded by what may be held.
        _taken = Channel.CreateUnbounded<HeldMessage>();
    }

    /// <summary>Why nothing comes at the moment; null when nothing is known to be wrong.</summary>
    public string? Trouble => _trouble;

    private QueueName Queue => _subscription.Queue;

    public void Start()
    {
        // Whoever subscribes must not be the caller of all that is handled.
        using (ExecutionContext.SuppressFlow())
        {
            _care.Start();
            _reading = Task.Run(ReadAsync);
            _working = Task.WhenAll(Enumerable.Range(0, _subscription.Concurrency).Select(_ => Task.Run(WorkAsync)));
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task stopped;
        lock (_gate) stopped = _stopped ??= Task.Run(EndAsync, CancellationToken.None);
        await using (cancellationToken.UnsafeRegister(static consumer => ((RedisConsumer)consumer!).Break(), this).ConfigureAwait(false))
            await stopped.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private void Break()
    {
        lock (_gate)
        {
            if (_stopped is not { IsCompleted: true }) _breaking.Cancel();
        }
    }

    private async Task EndAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _reader.EndAsync(_reading, _clock).ConfigureAwait(false);
        _taken.Writer.TryComplete();
        await _working.ConfigureAwait(false);
        await Task.WhenAll(_aside.Values).ConfigureAwait(false);
        await _care.DisposeAsync().ConfigureAwait(false);
        try
        {
            // Also what came in an answer that was lost.
            while ((long)await _queues.RunAsync(
                _queues.Scripts.Leave, Queue, [_consumer], CancellationToken.None).ConfigureAwait(false) > 0)
            {
            }
        }
        catch (Exception error)
        {
            // Others take it when the lease is over.
            RedisQueueLog.CareFailed(_logger, Queue, error.Message);
        }

        await _reader.DisposeAsync().ConfigureAwait(false);
        _ended(this);
    }

    private async Task ReadAsync()
    {
        var pause = new BackOff(_clock);
        while (!_stopping.IsCancellationRequested)
        {
            var free = _held.Free;
            if (free <= 0)
            {
                await _held.Room.WaitAsync(Timeout.InfiniteTimeSpan, _clock, _stopping.Token).ConfigureAwait(false);
                continue;
            }

            try
            {
                foreach (var item in await _reader.ReadGroupAsync(_stream, "fan", _consumer, free).ConfigureAwait(false))
                {
                    var message = new HeldMessage(item.Id, (string?)item.Field("n") ?? "");
                    _held.Add(message);
                    _taken.Writer.TryWrite(message);
                }

                if (_trouble is not null) RedisQueueLog.Resumed(_logger, Queue);
                _trouble = null;
                pause.Reset();
            }
            catch (Exception error)
            {
                // Whatever it is, messages wait.
                await RecoverAsync(error, pause).ConfigureAwait(false);
            }
        }
    }

    private async Task RecoverAsync(Exception error, BackOff pause)
    {
        var reason = error.Message;
        try
        {
            // A server that lost its data takes the queue anew; one that was deleted stays so.
            if (RedisErrors.IsNoGroup(error.InnerException) && !await TryDeclareAgainAsync().ConfigureAwait(false))
            {
                reason = "The queue was deleted.";
            }
        }
        catch (Exception again)
        {
            reason = again.Message;
        }

        if (_stopping.IsCancellationRequested) return;
        if (_trouble is null) RedisQueueLog.Interrupted(_logger, Queue, reason);
        _trouble = reason;
        await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
    }

    // Its record was taken away under it, and its stream may still be there.
    private async Task DeclareAgainAsync()
    {
        if (await TryDeclareAgainAsync().ConfigureAwait(false)) return;
        if (_trouble is null) RedisQueueLog.Interrupted(_logger, Queue, "The queue was deleted.");
        _trouble = "The queue was deleted.";
    }

    // False where somebody deleted it.
    private async Task<bool> TryDeclareAgainAsync()
    {
        if (await _queues.DeclareAsync(
            Queue, _subscription.Policy, again: true, _stream, _stopping.Token).ConfigureAwait(false) is not { } stream)
        {
            return false;
        }

        // A stream that was only lost comes back under its name.
        RedisQueueLog.DeclaredAgain(_logger, Queue);
        _stream = stream;
        return true;
    }

    private async Task WorkAsync()
    {
        await foreach (var message in _taken.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                // What nobody has begun when it stops goes back at the end.
                if (!_stopping.IsCancellationRequested && await BeginAsync(message).ConfigureAwait(false) is { } fields)
                {
                    await HandleAsync(message, fields).ConfigureAwait(false);
                }
            }
            catch (Exception error)
            {
                RedisQueueLog.NotWorkedOn(_logger, error, Queue, message.Number, error.Message);
            }

            if (!message.IsAside) _held.Remove(message);
        }
    }

    // Null where it is not ours any more, or nothing should begin.
    private async Task<RedisResult[]?> BeginAsync(HeldMessage message)
    {
        var pause = new BackOff(_clock);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var result = await _queues.RunAsync(
                    _queues.Scripts.Begin, Queue, [_consumer, message.Entry, message.Number], CancellationToken.None).ConfigureAwait(false);
                return result.IsNull ? null : (RedisResult[])result!;
            }
            catch (ServiceUnavailableException error) when (!RedisErrors.IsAboutCommand(error))
            {
                await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
        }

        return null;
    }

    private async Task HandleAsync(HeldMessage message, RedisResult[] fields)
    {
        QueueSettlement settlement;
        var id = message.Number;
        try
        {
            var delivery = MessageRecord.Read(Queue, (long)fields[0], fields[1]);
            id = delivery.Message.Id;
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(_breaking.Token, message.Lost);
            settlement = await _handler(delivery, ending.Token).ConfigureAwait(false);
        }
        catch (BadMessageException error)
        {
            settlement = QueueSettlement.Dead(DeadLetterReasons.BadMessage, error.Message, error.GetType().FullName);
        }
        catch (Exception error)
        {
            settlement = QueueSettlement.RetryAtOnce(error);
        }

        await SettleAsync(message, id, settlement).ConfigureAwait(false);
    }

    private async Task SettleAsync(HeldMessage message, string id, QueueSettlement settlement)
    {
        RedisValue[] arguments =
        [
            _consumer, message.Entry, message.Number, settlement.Outcome switch
            {
                QueueOutcome.Done => "done",
                QueueOutcome.Dead => "dead",
                QueueOutcome.Retry => "retry",
                _ => "release",
            },
            ((long)Math.Ceiling(settlement.Delay.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture),
            settlement.Reason ?? "",
            settlement.Detail ?? "",
            settlement.ExceptionType ?? "",
        ];
        var pause = new BackOff(_clock);
        for (var isRepeated =
            false; await FailureAsync(message, settlement, arguments, isRepeated).ConfigureAwait(false) is { } error; isRepeated = true)
        {
            if (RedisErrors.IsAboutCommand(error))
            {
                // Its worker has others to handle.
                RedisQueueLog.Refused(_logger, Queue, id, settlement.Outcome, error.Message);
                _held.SetAside(message);
                _aside[message] = Task.Run(() => SettleAsideAsync(message, settlement, arguments));
                return;
            }

            if (_breaking.IsCancellationRequested)
            {
                RedisQueueLog.NotSettled(_logger, Queue, message.Entry, error.Message);
                return;
            }

            await pause.WaitAsync(_breaking.Token).ConfigureAwait(false);
        }
    }

    // Until it stops: then the message goes to others.
    private async Task SettleAsideAsync(HeldMessage message, QueueSettlement settlement, RedisValue[] arguments)
    {
        var pause = new BackOff(_clock, LongestPause);
        do await pause.WaitAsync(_stopping.Token).ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested
            && await FailureAsync(message, settlement, arguments, isRepeated: true).ConfigureAwait(false) is not null);
        _held.Remove(message);
        _aside.TryRemove(message, out _);
    }

    // Null where it was written down. After an error it may have been done, and then it is not ours any more.
    private async Task<ServiceUnavailableException?> FailureAsync(
        HeldMessage message, QueueSettlement settlement, RedisValue[] arguments, bool isRepeated)
    {
        try
        {
            if ((long)await _queues.RunAsync(_queues.Scripts.Settle, Queue, arguments, CancellationToken.None).ConfigureAwait(false) == 0
                && !isRepeated)
            {
                RedisQueueLog.Late(_logger, Queue, message.Entry);
            }

            if (settlement.Outcome == QueueOutcome.Retry) _care.Scheduled();
            return null;
        }
        catch (ServiceUnavailableException error)
        {
            return error;
        }
    }
}
