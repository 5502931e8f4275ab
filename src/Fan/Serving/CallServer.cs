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
public sealed partial class CallServer
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
}
