using System.Buffers;
using Fan.Brokers;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Redis.Serving;

/// <summary>A request in micro-fan's form; the channel that it came on tells its service. A sequence is answered as one array.</summary>
internal sealed class RedisMicroFanRequest(
    MicroFanListener listener,
    CallServer server,
    RunningCalls<RedisServedCall> running,
    CallWorkspaces workspaces,
    CallKey key,
    string service,
    ReadOnlyMemory<byte> body)
    : RedisServedCall(server, running, workspaces, key)
{
    private ContextHeaders? _context;
    private string _method = "";
    private string? _backRoute;

    protected override async ValueTask ServeAsync(CancellationToken cancellationToken)
    {
        var limits = Server.Limits;
        using var request = MicroFanRequest.Parse(body, limits);
        _context = ContextHeaders.Read(request.RootElement);
        _backRoute = listener.BackRouteOf(request.RootElement);
        _method = MicroFanRequest.Method(request.RootElement);
        if (!listener.HasRoom)
        {
            throw new LimitExceededException(
                nameof(FanRedisOptions.Prefetch),
                $"Application '{Server.Application}' serves as many requests at once as it may " +
                $"({nameof(FanRedisOptions.Prefetch)}); call again later.");
        }

        var method = Server.Resolve(service, _method);
        using var arguments = new PayloadBuffer(limits.MaxPayloadBytes);
        MicroFanRequest.WriteArguments(request.RootElement, method, Incoming.Headers, arguments);
        Incoming.Headers.TraceParent = _context?.TraceParent;
        Incoming.Payload = new ReadOnlySequence<byte>(arguments.Written);
        await MicroFanArray.ServeAsync(Server, method, Incoming, Output, cancellationToken).ConfigureAwait(false);
        if (TryReply())
        {
            await listener.ReplyAsync(
                _backRoute, MicroFanReply.Write(MicroFanForm.Redis, _context, _method, Output.Written.Span)).ConfigureAwait(false);
        }
    }

    protected override async ValueTask SendErrorAsync(WireError error) =>
        await listener.ReplyAsync(_backRoute, MicroFanReply.WriteError(MicroFanForm.Redis, _context, _method, error)).ConfigureAwait(false);
}
