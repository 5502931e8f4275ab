using System.Buffers;
using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json;
using Fan.Commits;
using Fan.Context;
using Fan.Diagnostics;
using Fan.Messaging;
using Fan.Sharding;
using Microsoft.Extensions.Logging;

namespace Fan.Serving;

public sealed partial class CallServer
{
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
