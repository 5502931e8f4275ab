using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;
using Fan.Transports;

namespace Fan.Tests.Applications;

/// <summary>A network inside the test: ports are keys, and a port can be cut.</summary>
internal sealed class LoopNetwork
{
    private readonly ConcurrentDictionary<int, CallServer> _listeners = new();
    private int _port = 1000;

    public int Listen(CallServer server)
    {
        var port = Interlocked.Increment(ref _port);
        _listeners[port] = server;
        return port;
    }

    public void Cut(int port) => _listeners.TryRemove(port, out _);

    public void Restore(int port, CallServer server) => _listeners[port] = server;

    public CallServer Reach(Endpoint endpoint) =>
        _listeners.TryGetValue(endpoint.Description.Port, out var server)
            ? server
            : throw new EndpointUnreachableException(endpoint, $"nobody listens at {endpoint.Description.Port}");
}

internal class LoopServer(LoopNetwork network) : IServerTransport
{
    public string Name => "loop";

    public int Port { get; private set; }

    public CallServer Server { get; private set; } = null!;

    public Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        Server = server;
        Port = network.Listen(server);
        return Task.CompletedTask;
    }

    public virtual EndpointDescription? Describe(ServedService service) => new EndpointDescription()
    {
        Transport = Name,
        Host = "test",
        Port = Port,
        Methods = [.. service.Contract.Methods.Select(method => EndpointMethod.From(method.Description))],
    };

    public Task StopAsync(CancellationToken cancellationToken)
    {
        network.Cut(Port);
        return Task.CompletedTask;
    }
}

internal sealed class LoopClient(LoopNetwork network) : IClientTransport
{
    public string Name { get; init; } = "loop";

    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        var server = network.Reach(call.Endpoint);
        var incoming = Incoming(call);
        using var reply = new PayloadBuffer(call.Limits.MaxPayloadBytes);
        try
        {
            await ElsewhereAsync(
                () => server.ServeAsync(server.Resolve(call.Service, call.Method), incoming, reply, cancellationToken).AsTask());
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw server.Describe(error, incoming).ToException();
        }
        finally
        {
            call.ReplySpans = incoming.ReplySpans;
        }

        return reply.Detach() with { ContentType = call.ContentType };
    }

    public async IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var server = network.Reach(call.Endpoint);
        using var sink = new Sink();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = ServeAsync();
        try
        {
            await foreach (var item in sink.Items.Reader.ReadAllAsync(cancellationToken)) yield return item;
        }
        finally
        {
            await leaving.CancelAsync();
            await serving;
        }

        async Task ServeAsync()
        {
            try
            {
                await ElsewhereAsync(
                    () => server.ServeStreamAsync(server.Resolve(call.Service, call.Method), Incoming(call), sink, leaving.Token).AsTask());
                sink.Items.Writer.TryComplete();
            }
            catch (Exception error)
            {
                sink.Items.Writer.TryComplete(server.Describe(error).ToException());
            }
        }
    }

    // A hop to another process has no context but the headers'.
    private static Task ElsewhereAsync(Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow()) return Task.Run(work);
    }

    private static IncomingCall Incoming(OutgoingCall call)
    {
        var headers = new MessageHeaders();
        call.Headers.CopyTo(headers, static (copy, name, value) => Assert.True(copy.TrySet(name, value)));
        return new IncomingCall
        {
            Payload = new ReadOnlySequence<byte>(call.Payload),
            ContentType = call.ContentType,
            Headers = headers,
            Transport = "loop"
        };
    }

    private sealed class Sink : IItemSink, IDisposable
    {
        private readonly PayloadBuffer _buffer = new(1 << 20);

        public Channel<ReplyPayload> Items { get; } = Channel.CreateBounded<ReplyPayload>(1);

        public IBufferWriter<byte> Output => _buffer;

        public ValueTask ItemWrittenAsync(CancellationToken cancellationToken) =>
            Items.Writer.WriteAsync(_buffer.Detach(), cancellationToken);

        public void Dispose() => _buffer.Dispose();
    }
}
