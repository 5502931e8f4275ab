using Fan.Brokers;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Fan.Redis.Calling;

/// <summary>
/// The stream to which the replies of this process's calls come, and the calls that wait for them. Owns the task that reads it. Safe from
/// any thread.
/// </summary>
internal sealed class CallInbox : IAsyncDisposable
{
    private const int MostAtOnce = 512;

    private readonly RedisServer _server;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RedisTopology _topology;
    private readonly MessageWriter _writer;
    private readonly ReadPosition _replies;
    private readonly string _id = Messages.RedisTopology.NewId();
    private readonly PendingCalls<RedisCall> _pending;
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _opening = new(1, 1);
    private BlockingReader? _reader;
    private Task _reading = Task.CompletedTask;
    private Task _watching = Task.CompletedTask;
    private volatile bool _isOpen;

    public CallInbox(RedisServer server, TimeProvider clock, ILogger logger)
    {
        (_server, _clock, _logger) = (server, clock, logger);
        _pending = new PendingCalls<RedisCall>(server.Options.MaxCalls);
        _topology = new RedisTopology(server.Options.KeyPrefix);
        _writer = new MessageWriter(server.Shared);
        _replies = new ReadPosition(_topology.Replies(_id));
    }

    /// <summary>The names of streams.</summary>
    public RedisTopology RedisTopology => _topology;

    /// <summary>The calls that wait at the moment.</summary>
    public PendingCalls<RedisCall> Pending => _pending;

    /// <summary>Makes the stream and begins to read it, unless that was done.</summary>
    /// <exception cref="EndpointUnreachableException">The server can't be reached.</exception>
    public ValueTask OpenAsync(OutgoingCall call, CancellationToken cancellationToken) =>
        _isOpen ? default : OpenSlowlyAsync(call, cancellationToken);

    /// <summary>Gives a call its number, so that its reply finds it.</summary>
    /// <exception cref="EndpointUnreachableException">There are too many.</exception>
    public void Add(RedisCall call)
    {
        call.Inbox = this;
        if (_pending.TryAdd(call)) return;
        throw new EndpointUnreachableException(
            call.Call.Endpoint,
            $"{_server.Options.MaxCalls} calls over Redis wait for their replies ({nameof(FanRedisOptions.MaxCalls)}).");
    }

    /// <summary>Takes a call off; false where it has ended already.</summary>
    public bool TryRemove(RedisCall call) => _pending.TryRemove(call);

    public bool IsPending(RedisCall call) => _pending.Has(call);

    /// <summary>Sends the request of a call that was added.</summary>
    /// <exception cref="EndpointUnreachableException">It was not sent.</exception>
    public ValueTask SendAsync(RedisCall call, List<object> message, CancellationToken cancellationToken)
    {
        Address(call, message);
        // Nobody waits for the answer of the server: what there is to say the call says itself.
        if (!_writer.TryAppend(call.Target.Requests, message, out var sending)) return SendSlowlyAsync(call, message, cancellationToken);
        _ = SentAsync(call, sending);
        return default;
    }

    // Owned by the call, which it ends where the request went nowhere.
    private async Task SentAsync(RedisCall call, Task<RedisResult> sending)
    {
        await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            Sent(call, _writer.WasTaken(sending));
        }
        catch (RedisAwayException error)
        {
            if (NotSent(call, error) is { } reason) call.Fail(reason);
        }
        catch (EndpointUnreachableException error)
        {
            call.Fail(error);
        }
    }

    private async ValueTask SendSlowlyAsync(RedisCall call, List<object> message, CancellationToken cancellationToken)
    {
        try
        {
            Sent(call, await _writer.AppendAsync(call.Target.Requests, message, cancellationToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // It may be on its way.
            if (TryRemove(call)) await CancelAsync(call).ConfigureAwait(false);
            throw;
        }
        catch (RedisAwayException error)
        {
            if (NotSent(call, error) is { } reason) throw reason;
        }
    }

    private void Sent(RedisCall call, bool isThere)
    {
        call.IsSent = true;
        if (!isThere && TryRemove(call))
        {
            throw new EndpointUnreachableException(
                call.Call.Endpoint, $"{call.Call.Endpoint} takes no calls from Redis at {_server.Target.Where}: it has gone.");
        }
    }

    // It may have arrived: then its reply comes, and if not, the watch finds out.
    private EndpointUnreachableException? NotSent(RedisCall call, RedisAwayException error)
    {
        call.IsSent = !error.WasNotSent && error.InnerException is not RedisServerException;
        return !call.IsSent && TryRemove(call)
            ? new EndpointUnreachableException(call.Call.Endpoint, $"{call.Call.Endpoint} can't be reached: {error.Message}", error)
            : null;
    }

    /// <summary>Tells the service that a call, which was removed, has been left.</summary>
    public async ValueTask CancelAsync(RedisCall call) =>
        await SendAsideAsync(call, RedisFields.New(MessageTypes.Cancel, null)).ConfigureAwait(false);

    /// <summary>Lets the service send so many bytes of items more; why it could not be told, null where it was.</summary>
    public ValueTask<RedisAwayException?> GrantAsync(RedisCall call, long bytes) =>
        SendAsideAsync(call, RedisFields.Add(RedisFields.New(MessageTypes.Credit, null), RedisFields.Credit, bytes));

    /// <summary>Keeps the stream alive; whether the server answered.</summary>
    public async Task<bool> KeepAsync()
    {
        try
        {
            await MakeAsync(_closing.Token).ConfigureAwait(false);
            return true;
        }
        catch (RedisAwayException error)
        {
            RedisCallLog.NotKept(_logger, _server.Target.Where, error.Message);
            return false;
        }
    }

    /// <summary>Asks a process whether it has calls; false where it has gone.</summary>
    /// <exception cref="RedisAwayException">The server can't be reached.</exception>
    public async ValueTask<bool> ProbeAsync(string target, IReadOnlyCollection<ulong> numbers)
    {
        var fields = RedisFields.Add(RedisFields.New(MessageTypes.Probe, CallNumbers.Write(numbers)), RedisFields.From, _id);
        // Behind the requests, so that none of them is asked for before it came; a process that is about to end has taken all of them, and
        // still reads the other stream.
        return await _writer.AppendAsync(_topology.Requests(target), fields, _closing.Token).ConfigureAwait(false)
            || await _writer.AppendAsync(_topology.Control(target), fields, _closing.Token).ConfigureAwait(false);
    }

    /// <summary>Ends calls that will not be answered any more.</summary>
    public void Lost(IEnumerable<ulong> numbers, string reason) => _pending.Lost(numbers, reason);

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _opening.WaitAsync().ConfigureAwait(false);
        await _closing.CancelAsync().ConfigureAwait(false);
        Lost(_pending.All.Select(call => call.Number), "the calling application has stopped");
        if (_reader is not null)
        {
            await _watching.ConfigureAwait(false);
            await _reader.EndAsync(_reading, _clock).ConfigureAwait(false);
            await _reader.DisposeAsync().ConfigureAwait(false);
            try
            {
                // So that whoever still works for us learns it at once.
                await _server.Shared.RunAsync(
                    database => database.KeyDeleteAsync(_replies.Stream), CancellationToken.None).ConfigureAwait(false);
            }
            catch (RedisAwayException)
            {
                // It ends by itself.
            }
        }

        _opening.Dispose();
    }

    private async ValueTask OpenSlowlyAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        try
        {
            await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException error)
        {
            throw new EndpointUnreachableException(call.Endpoint, "The calling application has stopped.", error);
        }

        try
        {
            if (_isOpen) return;
            await MakeAsync(cancellationToken).ConfigureAwait(false);
            _reader = new BlockingReader(_server);
            // No call's context may reach what others share.
            using (ExecutionContext.SuppressFlow())
            {
                _reading = Task.Run(ReadAsync, CancellationToken.None);
                _watching = Task.Run(
                    () => new RedisCallWatch(this, _server.Options, _clock, _logger).RunAsync(_closing.Token), CancellationToken.None);
            }

            _isOpen = true;
        }
        catch (RedisAwayException error)
        {
            throw new EndpointUnreachableException(call.Endpoint, $"{call.Endpoint} can't be reached: {error.Message}", error);
        }
        finally
        {
            _opening.Release();
        }
    }

    private ValueTask<RedisResult> MakeAsync(CancellationToken cancellationToken) =>
        _server.Shared.RunAsync(
            AliveScript, [_replies.Stream], [(long)_server.Options.LivenessTimeout.TotalMilliseconds], cancellationToken);

    private string AliveScript => field ??= ScriptText.Read("alive");

    private async Task ReadAsync()
    {
        var pause = new BackOff(_clock);
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                var items = await _reader!.ReadAsync([_replies], MostAtOnce).ConfigureAwait(false);
                foreach (var item in items)
                {
                    // First, so that none is taken twice whatever it does.
                    _replies.Advance(item.Id);
                    await TakeSafelyAsync(item).ConfigureAwait(false);
                }

                if (items.Count > 0) await _writer.TrimAsync(_replies).ConfigureAwait(false);
                pause.Reset();
            }
            catch (Exception error)
            {
                // Whoever waits too long is told by the watch.
                if (error is not RedisAwayException) RedisCallLog.ReadFailed(_logger, error, error.Message);
                await pause.WaitAsync(_closing.Token).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask TakeSafelyAsync(StreamItem item)
    {
        try
        {
            await TakeAsync(item).ConfigureAwait(false);
        }
        catch (RedisAwayException error)
        {
            // An answer that can't be sent is asked for again, and must not keep the rest from being read.
            RedisCallLog.Dropped(_logger, MessageTypes.Unknown, error.Message);
        }
        catch (Exception error)
        {
            RedisCallLog.NotTaken(_logger, error, error.Message);
        }
    }

    private async ValueTask TakeAsync(StreamItem item)
    {
        switch (RedisFields.ReadType(item))
        {
            case MessageTypes.Unknown:
                Lost(CallNumbers.Read(RedisFields.ReadPayload(item).Span), "the service does not have the call any more");
                break;
            case MessageTypes.Probe when RedisFields.TryReadFrom(item, out var from):
                await AnswerAsync(from.ReplyTo, CallNumbers.Read(RedisFields.ReadPayload(item).Span)).ConfigureAwait(false);
                break;
            // What has no number of ours came for a call that was left.
            case var type when RedisFields.ReadNumber(item) is { } number && _pending.Find(number) is { } call:
                if (call.Take(type, item)) TryRemove(call);
                break;
            default:
                break;
        }
    }

    // A service works for us that we could not tell when we left.
    private async ValueTask AnswerAsync(string service, List<ulong> asked)
    {
        var unknown = asked.FindAll(number => _pending.Find(number) is null);
        if (unknown.Count == 0) return;
        var fields = RedisFields.Add(RedisFields.New(MessageTypes.Unknown, CallNumbers.Write(unknown)), RedisFields.From, _id);
        await _writer.AppendAsync(_topology.Control(service), fields, CancellationToken.None).ConfigureAwait(false);
    }

    private void Address(RedisCall call, List<object> fields) =>
        RedisFields.Add(fields, RedisFields.From, RedisFields.WriteFrom(_id, call.Number));

    private async ValueTask<RedisAwayException?> SendAsideAsync(RedisCall call, List<object> fields)
    {
        Address(call, fields);
        try
        {
            await _writer.AppendAsync(_topology.Control(call.Target.Id), fields, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (RedisAwayException error)
        {
            // A service that loses sight of its caller ends the work by itself.
            RedisCallLog.Dropped(_logger, "for " + call.Call.Service, error.Message);
            return error;
        }
    }
}
