using System.Buffers;
using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json;
using Fan.Calls;
using Fan.Commits;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Generated;
using Fan.Messaging;
using Fan.Queues;
using Fan.Security;
using Fan.Sharding;
using Microsoft.Extensions.Logging;

namespace Fan.Serving;

/// <summary>The application as its server transports see it: it serves what they receive. Safe from any thread.</summary>
/// <remarks>
/// The way of a call here: headers, deadline, span and log scope, context, who calls and whether that is allowed, implementation, decode,
/// dispatch, encode.
/// </remarks>
public sealed class CallServer
{
    private readonly Dictionary<string, ServedService> _byName;
    private readonly PayloadCodecs _codecs;
    private readonly CallTrees _trees;
    private readonly CancellationPool _cancellation;
    private readonly FanTelemetry _telemetry;
    private readonly TelemetryGate _gate;
    private readonly TimeProvider _clock;
    private readonly PlainContexts _plain;
    private readonly ILogger _logger;
    private readonly NoReply _noReply = new();
    private readonly IPushAcceptor _pushes;
    private readonly QueueTelemetry _queueTelemetry;
    private readonly CallerAccess _access;

    internal CallServer(
        string application,
        FanLimits limits,
        IReadOnlyList<ServedService> services,
        PayloadCodecs codecs,
        CallTrees trees,
        CancellationPool cancellation,
        FanTelemetry telemetry,
        TelemetryGate gate,
        IPushAcceptor pushes,
        QueueTelemetry queueTelemetry,
        CallerAccess access,
        TimeProvider clock,
        ILogger logger)
    {
        _pushes = pushes;
        _queueTelemetry = queueTelemetry;
        _access = access;
        Application = application;
        Limits = limits;
        Services = services;
        _byName = services.ToDictionary(service => service.Name.Canonical, StringComparer.Ordinal);
        _codecs = codecs;
        _trees = trees;
        _cancellation = cancellation;
        _telemetry = telemetry;
        _gate = gate;
        _clock = clock;
        _plain = new PlainContexts(clock);
        _logger = logger;
    }

    /// <summary>The name of the application.</summary>
    public string Application { get; }

    /// <summary>The bounds of what arrives.</summary>
    public FanLimits Limits { get; }

    /// <summary>What the application hosts.</summary>
    public IReadOnlyList<ServedService> Services { get; }

    /// <summary>The JSON metadata and settings of arguments and results. Read-only.</summary>
    public JsonSerializerOptions JsonOptions => _codecs.Json.Options;

    /// <summary>Finds a method by wire names; the service without brackets.</summary>
    /// <exception cref="NoSuchServiceException">This application does not host the service.</exception>
    /// <exception cref="NoSuchMethodException">The service has no such method.</exception>
    public ServedMethod Resolve(string service, string method)
    {
        if (!_byName.TryGetValue(service, out var found))
        {
            throw new NoSuchServiceException(
                HeaderText.Shorten(service), $"Application '{Application}' hosts no service '{HeaderText.Shorten(service)}'.")
            {
                IsOfEndpoint = true
            };
        }
        return Resolve(found, method, isOfEndpoint: true);
    }

    /// <param name="service">A service of this application.</param>
    /// <param name="method">The wire name.</param>
    /// <param name="isOfEndpoint">Whether a caller elsewhere asks, who may ask the next endpoint.</param>
    internal static ServedMethod Resolve(ServedService service, string method, bool isOfEndpoint)
    {
        if (service.Proxy is { } proxy) return proxy.Resolve(service, method);
        return service.Methods.TryGetValue(method, out var served)
            ? served
            : throw NoSuchMethod(service.Name.Canonical, method, [.. service.Methods.Keys.Order(StringComparer.Ordinal)], isOfEndpoint);
    }

    /// <summary>What a transport may cancel its calls with that it uses again.</summary>
    public CallCancellation CreateCancellation() => new(_clock);

    /// <summary>
    /// Serves a call with one reply; what it throws is for <see cref="Describe"/>. A push is put into its queue, where it waits for its
    /// handling.
    /// </summary>
    public ValueTask ServeAsync(ServedMethod method, IncomingCall call, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        return method.Method.Description.Kind == MethodKind.Push && method.Service.Proxy is null
            ? AcceptAsync(method, call, reply, cancellationToken)
            : RunAsync(method, call, reply, null, cancellationToken);
    }

    /// <summary>Handles a push that was delivered by a queue.</summary>
    internal ValueTask HandleAsync(ServedMethod method, IncomingCall call, DeliveredPush push, CancellationToken cancellationToken) =>
        RunAsync(method, call, _noReply, push, cancellationToken);

    /// <summary>Whether the arguments of a message are those of the method.</summary>
    internal bool Understands(ServedMethod method, ReadOnlySequence<byte> payload, string? contentType)
    {
        try
        {
            Unary(method).CheckArguments(payload, _codecs.For(contentType));
            return true;
        }
        catch (FanException)
        {
            return false;
        }
    }

    private static IUnaryMethod Unary(ServedMethod method) =>
        method.Method as IUnaryMethod
        ?? throw new BadMessageException("method", $"The reply of '{method.Method.FullName}' is a sequence; call it as one.");

    private async ValueTask AcceptAsync(
        ServedMethod method, IncomingCall call, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        RequireTime(method, call);
        var unary = Unary(method);
        RequireKeys(method, call);
        method.Service.Strict?.Require(method.Service.Name.Canonical);
        var running = Begin(method, call, null, default, default, cancellationToken);
        Exception? failure = null;
        try
        {
            if (_access.IsAsked(method, call) && await _access.AdmitAsync(method, call, running.Token).ConfigureAwait(false) is { } caller)
            {
                Become(caller);
            }
            // Whoever sends what nobody can handle is told so, rather than the reader of dead letters.
            var codec = _codecs.For(call.ContentType);
            if (ReferenceEquals(codec, _codecs.Json))
            {
                unary.CheckArguments(call.Payload, codec);
                var payload = call.Payload.IsSingleSegment ? call.Payload.First : call.Payload.ToArray();
                await _pushes.AcceptAsync(
                    method.Method.Service,
                    method.Method.Name,
                    call.Headers,
                    call.ContentType,
                    payload,
                    running.Token).ConfigureAwait(false);
            }
            else
            {
                // What waits may be read by another version, which may have JSON only.
                using var json = new PayloadBuffer(Limits.MaxPayloadBytes);
                unary.CopyArguments(call.Payload, codec, _codecs.Json, json);
                await _pushes.AcceptAsync(
                    method.Method.Service,
                    method.Method.Name,
                    call.Headers,
                    _codecs.Json.ContentType,
                    json.Written,
                    running.Token).ConfigureAwait(false);
            }

            unary.WriteDefault(reply, codec);
        }
        catch (Exception error)
        {
            failure = Meant(error, running, method, call, null, default, cancellationToken);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            End(running, call, failure);
        }
    }

    private async ValueTask RunAsync(
        ServedMethod method, IncomingCall call, IBufferWriter<byte> reply, DeliveredPush? push, CancellationToken cancellationToken)
    {
        // What a queue delivers may have waited.
        if (push is null) RequireTime(method, call);
        var unary = Unary(method);
        RequireKeys(method, call);
        method.Service.Strict?.Require(method.Service.Name.Canonical);
        using var shard = method.Service.Shards is { } shards
            ? await shards.EnterAsync(call.Headers.ShardKeys, call.Headers.TimeToLive, cancellationToken).ConfigureAwait(false)
            : default;
        using var losing = shard.Link(cancellationToken);
        using var tree = call.Headers.Snapshot is null ? await _trees.EnterIncomingAsync(cancellationToken).ConfigureAwait(false) : default;
        var running = Begin(method, call, push, tree, shard, losing?.Token ?? cancellationToken);
        Exception? failure = null;
        try
        {
            if (_access.IsAsked(method, call) && await _access.AdmitAsync(method, call, running.Token).ConfigureAwait(false) is { } caller)
            {
                Become(caller);
            }
            var codec = _codecs.For(call.ContentType);
            var implementation = method.Service.Implementation.Rent(out var scope);
            if (method.Service.Proxy is { } proxy)
            {
                await proxy.ServeAsync(method, implementation, call, reply, null, running.Token).ConfigureAwait(false);
            }
            else if (scope is null)
            {
                await unary.ServeAsync(implementation, call.Payload, codec, reply, running.Token).ConfigureAwait(false);
            }
            else
            {
                await using (scope.Value.ConfigureAwait(false))
                    await unary.ServeAsync(implementation, call.Payload, codec, reply, running.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            failure = Meant(error, running, method, call, push, shard, cancellationToken);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            End(running, call, failure);
        }
    }

    /// <summary>Serves a call whose reply is a sequence; what it throws, before or after items, is for <see cref="Describe"/>.</summary>
    public async ValueTask ServeStreamAsync(ServedMethod method, IncomingCall call, IItemSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        RequireTime(method, call);
        RequireKeys(method, call);
        if (method.Method is not IStreamMethod stream)
        {
            throw new BadMessageException("method", $"The reply of '{method.Method.FullName}' is no sequence; call it as an rpc.");
        }

        method.Service.Strict?.Require(method.Service.Name.Canonical);
        using var shard = method.Service.Shards is { } shards
            ? await shards.EnterAsync(call.Headers.ShardKeys, call.Headers.TimeToLive, cancellationToken).ConfigureAwait(false)
            : default;
        using var losing = shard.Link(cancellationToken);
        using var tree = call.Headers.Snapshot is null ? await _trees.EnterIncomingAsync(cancellationToken).ConfigureAwait(false) : default;
        var running = Begin(method, call, null, tree, shard, losing?.Token ?? cancellationToken);
        Exception? failure = null;
        try
        {
            if (_access.IsAsked(method, call) && await _access.AdmitAsync(method, call, running.Token).ConfigureAwait(false) is { } caller)
            {
                Become(caller);
            }
            var codec = _codecs.For(call.ContentType);
            var implementation = method.Service.Implementation.Rent(out var scope);
            if (method.Service.Proxy is { } proxy)
            {
                await proxy.ServeAsync(method, implementation, call, null, sink, running.Token).ConfigureAwait(false);
            }
            else if (scope is null)
            {
                await stream.ServeAsync(implementation, call.Payload, codec, sink, running.Token).ConfigureAwait(false);
            }
            else
            {
                await using (scope.Value.ConfigureAwait(false))
                    await stream.ServeAsync(implementation, call.Payload, codec, sink, running.Token).ConfigureAwait(false);
            }
        }
        catch (Exception error)
        {
            failure = Meant(error, running, method, call, null, shard, cancellationToken);
            if (ReferenceEquals(failure, error)) throw;
            throw failure;
        }
        finally
        {
            End(running, call, failure);
        }
    }

    /// <summary>Describes what a call ended with for the other side, and counts what was refused.</summary>
    public WireError Describe(Exception error, IncomingCall? call = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var described = WireError.From(error, call?.TraceId);
        if (error is BadArgumentException or BadMessageException or LimitExceededException or NoSuchServiceException
            or NoSuchMethodException or NotAuthenticatedException or AccessDeniedException)
        {
            _telemetry.Rejected(described.Place ?? "", described.Code);
            TransportLog.Refused(_logger, described.Code, described.Message);
        }

        return described;
    }

    /// <summary>Counts and logs what a transport refused by itself, because of who sends it.</summary>
    internal void Refused(WireError error, string sender, string target, string transport)
    {
        _telemetry.Rejected(error.Place ?? "", error.Code);
        SecurityLog.Refused(_logger, HeaderText.Shorten(sender), HeaderText.Shorten(target), transport, error.Code, error.Message);
    }

    internal static NoSuchMethodException NoSuchMethod(
        string service, string method, IReadOnlyList<string> available, bool isOfEndpoint = false) => new(
        service,
        HeaderText.Shorten(method),
        available,
        $"Service '{service}' has no method '{HeaderText.Shorten(method)}'; " +
        $"it has {(available.Count == 0 ? "none" : string.Join(", ", available))}.")
        {
            IsOfEndpoint = isOfEndpoint
        };

    private ServerCall Begin(
        ServedMethod method, IncomingCall call, DeliveredPush? push, TreeScope tree, ShardLease shard, CancellationToken cancellationToken)
    {
        var headers = call.Headers;
        var parent = TraceParent.Read(headers.TraceParent);
        if (parent is null && headers.TraceParent is { } broken)
        {
            // The standard asks to go on with a new trace.
            _telemetry.Rejected(HeaderNames.TraceParent, ErrorCodes.BadMessage);
            TransportLog.BadTraceParent(_logger, HeaderText.Shorten(broken));
        }

        // It says nothing without the parent.
        string? wrong = null;
        var state = parent is null || headers.TraceState is null ? null : TraceState.Read(headers.TraceState, out wrong);
        if (wrong is not null)
        {
            _telemetry.Rejected(HeaderNames.TraceState, ErrorCodes.BadMessage);
            TransportLog.BadTraceState(_logger, wrong);
        }

        if (!Baggage.TryParse(headers.Baggage, out var baggage, out var problem))
        {
            _telemetry.Rejected(HeaderNames.Baggage, ErrorCodes.BadMessage);
            TransportLog.BadBaggage(_logger, problem!);
        }

        var remote = parent is not null && ActivityContext.TryParse(parent, state, isRemote: true, out var found) ? found : default;
        var info = method.Method;
        var measure = push is null
            ? _telemetry.StartServerCall(info.Service, info.Name, info.FullName, remote)
            : _queueTelemetry.StartProcess(info.Service, info.Name, push, remote);
        var logs = _logger.IsEnabled(LogLevel.Critical);
        // A call of a shard is also ended by the loss of the shard, which the transport's own does not know of.
        var own = shard.Token == 0 ? call.Cancellation : null;
        Deadline deadline;
        CancellationPool.Lease lease = default;
        if (own is not null) deadline = own.Begin(headers.TimeToLive);
        else lease = _cancellation.Rent(headers.TimeToLive, cancellationToken, out deadline);
        call.ReplySpans = null;
        // Until something was committed a call tree needs no number.
        if (call.StartsFlow
            && !logs
            && measure.Activity is null
            && headers.IsPlain
            && push is null
            && shard.Token == 0
            && tree.Snapshot is not { Number: > 0 })
        {
            _plain.Enter(headers.Caller, call.Principal, headers.TimeToLive, deadline);
            call.TraceId = null;
            return new ServerCall(measure, null, null, null, CallTrace.Root, lease, own);
        }

        // Where only the log is listening, an activity still gives its lines their ids; ASP.NET Core does the same.
        var activity = measure.Activity is null && logs ? StartForLog(info.FullName, parent, state) : null;

        var recorder = headers.Spans is null ? null : new CallTrace(_clock);
        if (recorder is not null) _gate.BeginRecording();
        var context = new CallContext
        {
            TraceParent = parent,
            TraceState = state,
            Baggage = baggage,
            Caller = headers.Caller,
            User = headers.User,
            Principal = call.Principal,
            ShardKeys = call.ShardKeys,
            Push = push?.Info,
            Deadline = deadline,
            FencingToken = shard.Token != 0 ? shard.Token : headers.FencingToken,
            Tree = tree.Snapshot ?? (headers.Snapshot is { } number ? _trees.History.TryFind(number) : null),
            SnapshotNumber = headers.Snapshot,
            Draw = tree.IsRoot ? tree.Draw : headers.Draw,
            Recorder = recorder,
            RecorderSpan = recorder?.Begin(CallTrace.Root, info.FullName, CallSpanKind.Server, Application, call.Transport)
                ?? CallTrace.Root,
        };
        context.Use();
        call.TraceId = context.TraceId;
        var scope = logs ? _logger.BeginScope(new CallLogScope(Activity.Current, info, headers.Caller)) : null;
        return new ServerCall(measure, activity, scope, recorder, context.RecorderSpan, lease, own);
    }

    /// <summary>What a failure is to the caller; logged where the service itself is to blame.</summary>
    private Exception Meant(
        Exception error,
        in ServerCall running,
        ServedMethod method,
        IncomingCall call,
        DeliveredPush? push,
        ShardLease shard,
        CancellationToken cancellationToken)
    {
        if (error is FanException) return error;
        if (error is OperationCanceledException)
        {
            if (running.TimedOut) return TimeIsOver(method, error);
            if (shard.IsLost && !cancellationToken.IsCancellationRequested)
            {
                return ShardOwner.Lost(method.Service.Name.Canonical, method.Method.Name, (OperationCanceledException)error);
            }
            if (error is CallerLeftException || cancellationToken.IsCancellationRequested || running.Token.IsCancellationRequested)
            {
                return error;
            }
        }

        // What becomes of a failed push, and how loudly that is told, is its queue's affair.
        if (push is not null) return error;
        TransportLog.Failed(_logger, ExceptionText.ForLog(error), method.Method.FullName, call.TraceId);
        // Nobody asked for that cancellation: a time limit of the service's own ended its work.
        return error is OperationCanceledException
            ? new RemoteFailureException(ExceptionText.TypeOf(error), ExceptionText.MessageOf(error), error)
            : error;
    }

    private void End(ServerCall running, IncomingCall call, Exception? failure)
    {
        if (running.Recorder is { } recorder)
        {
            recorder.End(running.RecorderSpan, failure);
            call.ReplySpans = recorder.ToWire();
            _gate.EndRecording();
        }

        running.Measure.End(failure);
        running.LogScope?.Dispose();
        running.LogActivity?.Dispose();
        running.Lease.Dispose();
    }

    // Current until the method ends that was let in: the context is its own copy.
    private static void Become(ClaimsPrincipal caller)
    {
        var context = CallContext.Current;
        if (!ReferenceEquals(context.Principal, caller)) (context with { Principal = caller }).Use();
    }

    private static Activity StartForLog(string name, string? parent, string? state)
    {
        var activity = new Activity(name).SetIdFormat(ActivityIdFormat.W3C);
        if (parent is not null)
        {
            activity.SetParentId(parent);
            activity.TraceStateString = state;
        }

        return activity.Start();
    }

    // Work that nobody waits for any more is not begun.
    private static void RequireTime(ServedMethod method, IncomingCall call)
    {
        if (call.Headers.TimeToLive is { } left && left <= TimeSpan.Zero)
        {
            throw new DeadlineExceededException(
                $"The time for '{method.Method.FullName}' was over when the call came ({HeaderNames.TimeToLive} is 0).");
        }
    }

    /// <summary>Before anybody looks at them.</summary>
    /// <exception cref="BadMessageException">They do not fit the name of the service.</exception>
    internal static void RequireKeys(ServedMethod method, IncomingCall call) =>
        call.ShardKeys = ShardKeyList.Require(method.Service.Name, call.Headers, anyNumber: method.Service.HidesPlaces);

    private static DeadlineExceededException TimeIsOver(ServedMethod method, Exception inner) =>
        new($"The time for '{method.Method.FullName}' was over before it was done.", inner);

    private readonly record struct ServerCall(
        CallMeasure Measure,
        Activity? LogActivity,
        IDisposable? LogScope,
        CallTrace? Recorder,
        int RecorderSpan,
        CancellationPool.Lease Lease,
        CallCancellation? Own)
    {
        public CancellationToken Token => Own is null ? Lease.Token : Own.Token;

        public bool TimedOut => Own is null ? Lease.TimedOut : Own.TimedOut;
    }
}
