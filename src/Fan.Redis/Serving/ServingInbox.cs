using System.Collections.Concurrent;
using System.Globalization;
using Fan.Brokers;
using Fan.Redis.Calling;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Serving;

/// <summary>
/// The streams from which this process serves: requests, and what may overtake them. Owns the task that reads them. Safe from any thread.
/// </summary>
internal sealed class ServingInbox : IAsyncDisposable
{
    private const int MostAtOnce = 256;

    private const int MaxKnownCallers = 1024;

    // Of taking away the stream at the end.
    private const int MostFailures = 3;

    // While no more requests are taken, their end is looked for between messages of the other stream.
    private static readonly TimeSpan FullWait = TimeSpan.FromMilliseconds(50);

    private readonly RedisServer _server;
    private readonly CallServer _calls;
    private readonly string _id;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RedisTopology _topology;
    private readonly MessageWriter _writer;
    private readonly ConcurrentDictionary<string, RedisKey> _replies = new(StringComparer.Ordinal);
    private readonly ReadPosition _requests;
    private readonly ReadPosition _control;
    private readonly BlockingReader _reader;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private volatile bool _isLeaving;

    public ServingInbox(RedisServer server, CallServer calls, string id, TimeProvider clock, ILogger logger)
    {
        (_server, _calls, _id, _clock, _logger) = (server, calls, id, clock, logger);
        _topology = new RedisTopology(server.Options.KeyPrefix);
        _writer = new MessageWriter(server.Shared);
        (_requests, _control) = (new ReadPosition(_topology.Requests(id)), new ReadPosition(_topology.Control(id)));
        _reader = new BlockingReader(server);
        (Types, Workspaces) = (new CallTypes(calls), new CallWorkspaces(calls, "redis"));
    }

    public RunningCalls<RedisServedCall> Running { get; } = new();

    public CallTypes Types { get; }

    public CallWorkspaces Workspaces { get; }

    /// <summary>Ends when calls can come, or when the first obstacle was met.</summary>
    public Task Settled => _settled.Task;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow())
        {
            _watching = Task.Run(WatchAsync);
            _reading = Task.Run(ReadAsync);
        }
    }

    /// <summary>Sends a message of a reply. One that can't be sent is lost: its caller asks for it.</summary>
    public async Task<SendResult> ReplyAsync(CallKey key, List<object> message)
    {
        try
        {
            var stream = RepliesOf(key.ReplyTo);
            if (!_writer.TryAppend(stream, message, out var sending))
            {
                return ResultOf(await _writer.AppendAsync(stream, message, CancellationToken.None).ConfigureAwait(false));
            }

            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ResultOf(_writer.WasTaken(sending));
        }
        catch (RedisAwayException error)
        {
            RedisCallLog.ReplyFailed(_logger, error.Message);
            return SendResult.Failed;
        }
    }

    private static SendResult ResultOf(bool wasTaken) => wasTaken ? SendResult.Sent : SendResult.CallerLeft;

    /// <summary>Lets nothing new in, and waits until all that came has been served; until cancelled: then it breaks the rest off.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        try
        {
            _isLeaving = true;
            await _reader.EndAsync(_closed.Task.WaitAsync(cancellationToken), _clock).ConfigureAwait(false);
            await Running.DrainedAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error)
        {
            RedisCallLog.DrainEnded(_logger, error.Message);
        }

        foreach (var call in Running.All)
        {
            await call.BreakOffAsync(
                new ServiceUnavailableException("", $"Application '{_calls.Application}' stops.")).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync().ConfigureAwait(false);
        // Nobody waits for them any more.
        foreach (var call in Running.All) call.Leave();
        await _reader.EndAsync(_reading, _clock).ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _reader.DisposeAsync().ConfigureAwait(false);
        try
        {
            await _server.Shared.RunAsync(
                database => database.KeyDeleteAsync([_requests.Stream, _control.Stream]), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RedisAwayException)
        {
            // They end by themselves.
        }
    }

    // Made of names that others sent, so that there is a bound.
    private RedisKey RepliesOf(string caller)
    {
        if (_replies.TryGetValue(caller, out var stream)) return stream;
        if (_replies.Count >= MaxKnownCallers) _replies.Clear();
        return _replies[caller] = _topology.Replies(caller);
    }

    private async Task WatchAsync()
    {
        var alive = ScriptText.Read("alive");
        var isOffered = false;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                RedisKey[] streams = _closed.Task.IsCompleted || _isLeaving ? [_control.Stream] : [_requests.Stream, _control.Stream];
                await _server.Shared.RunAsync(
                    alive, streams, [(long)_server.Options.LivenessTimeout.TotalMilliseconds], _closing.Token).ConfigureAwait(false);
                if (!isOffered) RedisCallLog.Offered(_logger, _server.Target.Where, _requests.Name);
                isOffered = true;
                await LookForCallersAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (isOffered || !_settled.Task.IsCompleted) RedisCallLog.NotOffered(_logger, _server.Target.Where, error.Message);
                isOffered = false;
            }

            _settled.TrySetResult();
            await Task.Delay(_server.Options.ProbeInterval, _clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Those that have gone without a word, or have left a call and could not tell.
    private async Task LookForCallersAsync()
    {
        var old = new List<RedisServedCall>();
        foreach (var call in Running.All)
        {
            if (call.IsOld) old.Add(call);
            call.IsOld = true;
        }

        foreach (var ofCaller in old.GroupBy(call => call.Key.ReplyTo, StringComparer.Ordinal))
        {
            var numbers = ofCaller
                .Select(call => ulong.TryParse(call.Key.Number, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : 0).Take(CallNumbers.Most).ToList();
            var probe = RedisFields.Add(RedisFields.New(MessageTypes.Probe, CallNumbers.Write(numbers)), RedisFields.From, _id);
            if (await _writer.AppendAsync(_topology.Replies(ofCaller.Key), probe, _closing.Token).ConfigureAwait(false)) continue;
            RedisCallLog.CallerGone(_logger, ofCaller.Count());
            foreach (var call in ofCaller) call.Leave();
        }
    }

    private async Task ReadAsync()
    {
        var pause = new BackOff(_clock);
        var failures = 0;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                if (_isLeaving && !_closed.Task.IsCompleted) await CloseAsync().ConfigureAwait(false);
                var free = _server.Options.Prefetch - Running.Count;
                IReadOnlyList<StreamItem> items = _closed.Task.IsCompleted
                    ? await _reader.ReadAsync([_control], MostAtOnce).ConfigureAwait(false)
                    : free <= 0 ? await _reader.ReadAsync([_control], MostAtOnce, FullWait).ConfigureAwait(false)
                    : await _reader.ReadAsync([_requests, _control], Math.Min(free, MostAtOnce)).ConfigureAwait(false);
                foreach (var position in (ReadPosition[])[_requests, _control])
                {
                    if (StreamItem.LastOf(items, position.Name) is not { } last) continue;
                    position.Advance(last.Id);
                    await _writer.TrimAsync(position).ConfigureAwait(false);
                }

                foreach (var item in items) await TakeSafelyAsync(item).ConfigureAwait(false);
                pause.Reset();
            }
            catch (Exception error)
            {
                if (error is not (RedisAwayException or OperationCanceledException)) RedisCallLog.ReadFailed(_logger, error, error.Message);
                // The watch tells it. Nothing can come from a server that is away, and the stream ends by itself.
                if (_isLeaving && ++failures == MostFailures) _closed.TrySetResult();
                await pause.WaitAsync(_closing.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task CloseAsync()
    {
        var left = await _server.Shared.RunAsync(
            ScriptText.Read("close"), [_requests.Stream], [_requests.After], _closing.Token).ConfigureAwait(false);
        foreach (var item in StreamItem.ReadEntries(_requests.Name, left)) await TakeSafelyAsync(item).ConfigureAwait(false);
        _closed.TrySetResult();
    }

    private async ValueTask TakeSafelyAsync(StreamItem item)
    {
        try
        {
            await TakeAsync(item).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // Whatever it is, it must not keep the rest from being served.
            RedisCallLog.NotTaken(_logger, error, error.Message);
        }
    }

    private async ValueTask TakeAsync(StreamItem item)
    {
        // A stream of its own is there for the whole life of a process, so a name that is no id is nobody's.
        if (!RedisFields.TryReadFrom(item, out var key)) return;
        switch (RedisFields.ReadType(item))
        {
            case var type when CallTypes.TryReadKind(type, out var kind):
                var call = new RedisRequest(this, _calls, key, type, kind, item);
                if (Running.TryAdd(call)) ThreadPool.UnsafeQueueUserWorkItem(call, preferLocal: false);
                break;
            case MessageTypes.Cancel:
                Running.Cancel(key);
                break;
            case MessageTypes.Credit:
                if (long.TryParse(
                    (string?)item.Field(RedisFields.Credit), NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
                {
                    Running.Find(key)?.Grant(bytes);
                }
                break;
            case MessageTypes.Probe:
                await AnswerAsync(key.ReplyTo, CallNumbers.Read(RedisFields.ReadPayload(item).Span)).ConfigureAwait(false);
                break;
            case MessageTypes.Unknown:
                foreach (var number in CallNumbers.Read(RedisFields.ReadPayload(item).Span))
                {
                    Running.Find(key with { Number = number.ToString(CultureInfo.InvariantCulture) })?.Leave();
                }
                break;
            default:
                break;
        }
    }

    private async ValueTask AnswerAsync(string caller, List<ulong> asked)
    {
        var unknown = asked.FindAll(number => !Running.Has(new CallKey(caller, number.ToString(CultureInfo.InvariantCulture))));
        if (unknown.Count > 0)
        {
            await ReplyAsync(
                new CallKey(caller, ""), RedisFields.New(MessageTypes.Unknown, CallNumbers.Write(unknown))).ConfigureAwait(false);
        }
    }
}
