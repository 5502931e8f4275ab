using System.Buffers;
using System.Diagnostics;
using System.Text.Json;
using Fan.Calls;
using Fan.Commits;
using Fan.Diagnostics;
using Fan.Generated;
using Fan.Messaging;
using Fan.Sharding;
using Microsoft.Extensions.Logging;

namespace Fan.Transports;

/// <summary>The application as its server transports see it: it serves what they receive. Safe from any thread.</summary>
/// <remarks>The way of a call here: headers, deadline, span and log scope, context, implementation, decode, dispatch, encode.</remarks>
public sealed class CallServer
{
    private readonly Dictionary<string, ServedService> _byName;
    private readonly PayloadCodecs _codecs;
    private readonly CallTrees _trees;
    private readonly CancellationPool _cancellation;
    private readonly FanTelemetry _telemetry;
    private readonly TelemetryGate _gate;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;

    internal CallServer(
        string application, FanLimits limits, IReadOnlyList<ServedService> services, PayloadCodecs codecs, CallTrees trees, CancellationPool cancellation,
        FanTelemetry telemetry, TelemetryGate gate, TimeProvider clock, ILogger logger)
    {
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
            throw new NoSuchServiceException(HeaderText.Shorten(service), $"Application '{Application}' hosts no service '{HeaderText.Shorten(service)}'.");
        return found.Methods.TryGetValue(method, out var served)
            ? served
            : throw NoSuchMethod(service, method, [.. found.Methods.Keys.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Serves a call with one reply; what it throws is for <see cref="Describe"/>.</summary>
    public async ValueTask ServeAsync(ServedMethod method, IncomingCall call, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        if (method.Method is not IUnaryMethod unary) throw new BadMessageException("method", $"The reply of '{method.Method.FullName}' is a sequence; call it as one.");

        using var lease = method.Service.Shards is { } shards ? await shards.EnterAsync(call.Headers.ShardKeys, call.Headers.TimeToLive, cancellationToken).ConfigureAwait(false) : default;
        using var losing = lease.Link(cancellationToken);
        using var tree = call.Headers.Snapshot is null ? await _trees.EnterIncomingAsync(cancellationToken).ConfigureAwait(false) : default;
        var running = Begin(method, call, tree, lease, losing?.Token ?? cancellationToken);
        Exception? failure = null;
        try
        {
            var codec = _codecs.For(call.ContentType);
            var implementation = method.Service.Implementation.Rent(out var scope);
            if (scope is null)
            {
                await unary.ServeAsync(implementation, call.Payload, codec, reply, running.Token).ConfigureAwait(false);
            }
            else
            {
                await using (scope.Value.ConfigureAwait(false))
                    await unary.ServeAsync(implementation, call.Payload, codec, reply, running.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException error) when (running.TimedOut)
        {
            failure = error;
            throw TimeIsOver(method, error);
        }
        catch (OperationCanceledException error) when (lease.IsLost && !cancellationToken.IsCancellationRequested)
        {
            failure = error;
            throw ShardOwner.Lost(method.Service.Name.Canonical, method.Method.Name, error);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            End(running, method, call, failure);
        }
    }

    /// <summary>Serves a call whose reply is a sequence; what it throws, before or after items, is for <see cref="Describe"/>.</summary>
    public async ValueTask ServeStreamAsync(ServedMethod method, IncomingCall call, IItemSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(call);
        if (method.Method is not IStreamMethod stream) throw new BadMessageException("method", $"The reply of '{method.Method.FullName}' is no sequence; call it as an rpc.");

        using var lease = method.Service.Shards is { } shards ? await shards.EnterAsync(call.Headers.ShardKeys, call.Headers.TimeToLive, cancellationToken).ConfigureAwait(false) : default;
        using var losing = lease.Link(cancellationToken);
        using var tree = call.Headers.Snapshot is null ? await _trees.EnterIncomingAsync(cancellationToken).ConfigureAwait(false) : default;
        var running = Begin(method, call, tree, lease, losing?.Token ?? cancellationToken);
        Exception? failure = null;
        try
        {
            var codec = _codecs.For(call.ContentType);
            var implementation = method.Service.Implementation.Rent(out var scope);
            if (scope is null)
            {
                await stream.ServeAsync(implementation, call.Payload, codec, sink, running.Token).ConfigureAwait(false);
            }
            else
            {
                await using (scope.Value.ConfigureAwait(false))
                    await stream.ServeAsync(implementation, call.Payload, codec, sink, running.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException error) when (running.TimedOut)
        {
            failure = error;
            throw TimeIsOver(method, error);
        }
        catch (OperationCanceledException error) when (lease.IsLost && !cancellationToken.IsCancellationRequested)
        {
            failure = error;
            throw ShardOwner.Lost(method.Service.Name.Canonical, method.Method.Name, error);
        }
        catch (Exception error)
        {
            failure = error;
            throw;
        }
        finally
        {
            End(running, method, call, failure);
        }
    }

    /// <summary>Describes what a call ended with for the other side, and counts what was refused.</summary>
    public WireError Describe(Exception error, IncomingCall? call = null)
    {
        ArgumentNullException.ThrowIfNull(error);
        var described = WireError.From(error, call?.TraceId);
        if (error is BadArgumentException or BadMessageException or LimitExceededException or NoSuchServiceException or NoSuchMethodException)
        {
            _telemetry.Rejected(described.Place ?? "", described.Code);
            TransportLog.Refused(_logger, described.Code, described.Message);
        }

        return described;
    }

    internal static NoSuchMethodException NoSuchMethod(string service, string method, IReadOnlyList<string> available) =>
        new(service, HeaderText.Shorten(method), available, $"Service '{service}' has no method '{HeaderText.Shorten(method)}'; it has {(available.Count == 0 ? "none" : string.Join(", ", available))}.");

    private ServerCall Begin(ServedMethod method, IncomingCall call, TreeScope tree, ShardLease lease, CancellationToken cancellationToken)
    {
        var headers = call.Headers;
        // What can be refused comes before anything that must be ended.
        var shardKeys = ShardKeyList.Parse(headers.ShardKeys);
        var parent = headers.TraceParent;
        if (parent is not null && !TraceParent.IsValid(parent))
        {
            // The standard asks to go on with a new trace.
            _telemetry.Rejected(HeaderNames.TraceParent, ErrorCodes.BadMessage);
            TransportLog.BadTraceParent(_logger, HeaderText.Shorten(parent));
            parent = null;
        }

        if (!Baggage.TryParse(headers.Baggage, out var baggage, out var problem))
        {
            _telemetry.Rejected(HeaderNames.Baggage, ErrorCodes.BadMessage);
            TransportLog.BadBaggage(_logger, problem!);
        }

        var remote = parent is not null && ActivityContext.TryParse(parent, headers.TraceState, isRemote: true, out var found) ? found : default;
        var info = method.Method;
        var measure = _telemetry.StartServerCall(info.Service, info.Name, info.FullName, remote);
        var logs = _logger.IsEnabled(LogLevel.Critical);
        // Where only the log is listening, an activity still gives its lines their ids; ASP.NET Core does the same.
        var activity = measure.Activity is null && logs ? StartForLog(info.FullName, parent, headers.TraceState) : null;

        var recorder = headers.Spans is null ? null : new CallTrace(_clock);
        if (recorder is not null) _gate.BeginRecording();
        var context = new CallContext
        {
            TraceParent = parent,
            TraceState = parent is null ? null : headers.TraceState,
            Baggage = baggage,
            Caller = headers.Caller,
            User = headers.User,
            ShardKeys = shardKeys,
            Deadline = headers.TimeToLive is { } left ? Deadline.In(left, _clock) : default,
            FencingToken = lease.Token != 0 ? lease.Token : null,
            Tree = tree.Snapshot ?? (headers.Snapshot is { } number ? _trees.History.TryFind(number) : null),
            SnapshotNumber = headers.Snapshot,
            Draw = tree.IsRoot ? tree.Draw : headers.Draw,
            Recorder = recorder,
            RecorderSpan = recorder?.Begin(CallTrace.Root, info.FullName, CallSpanKind.Server, Application) ?? CallTrace.Root,
        };
        context.Use();
        call.ReplySpans = null;
        call.TraceId = context.TraceId;
        var scope = logs ? _logger.BeginScope(new CallLogScope(Activity.Current, info, headers.Caller)) : null;
        return new ServerCall(measure, activity, scope, recorder, context.RecorderSpan, _cancellation.Rent(headers.TimeToLive, cancellationToken));
    }

    private void End(ServerCall running, ServedMethod method, IncomingCall call, Exception? failure)
    {
        if (failure is not null and not FanException and not OperationCanceledException)
            TransportLog.Failed(_logger, failure, method.Method.FullName, call.TraceId);
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

    private static DeadlineExceededException TimeIsOver(ServedMethod method, Exception inner) =>
        new($"The time for '{method.Method.FullName}' was over before it was done.", inner);

    private readonly record struct ServerCall(
        CallMeasure Measure, Activity? LogActivity, IDisposable? LogScope, CallTrace? Recorder, int RecorderSpan, CancellationPool.Lease Lease)
    {
        public CancellationToken Token => Lease.Token;

        public bool TimedOut => Lease.TimedOut;
    }
}
