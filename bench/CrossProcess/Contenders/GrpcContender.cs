using System.Net.Sockets;
using CrossProcess.Contenders.Wire;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CrossProcess.Contenders;

/// <summary>gRPC: one channel, messages of Protocol Buffers.</summary>
internal static class GrpcContender
{
    public static Contender Tcp(string name) => new(
        name,
        () => StartAsync(null),
        address => Task.FromResult<Client>(
            new GrpcClient(address, new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true })));

    public static Contender UnixSocket(string name) => new(
        name,
        () => StartAsync(WebServer.NewSocket()),
        path => Task.FromResult<Client>(new GrpcClient("http://localhost", new SocketsHttpHandler
        {
            UseProxy = false,
            EnableMultipleHttp2Connections = true,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })));

    private static Task<Server> StartAsync(string? socket) =>
        WebServer.StartAsync(
            HttpProtocols.Http2, builder => builder.Services.AddGrpc(), app => app.MapGrpcService<CellarService>(), socket);

    private sealed class CellarService : Wire.Cellar.CellarBase
    {
        public override Task<Text> Echo(Text request, ServerCallContext context) => Task.FromResult(new Text { Text_ = request.Text_ });

        public override Task<Wire.Wine> Record(Wire.Wine request, ServerCallContext context) => Task.FromResult(request);
    }

    private sealed class GrpcClient : Client
    {
        private readonly GrpcChannel _channel;
        private readonly Wire.Cellar.CellarClient _cellar;

        public GrpcClient(string address, SocketsHttpHandler handler)
        {
            _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler });
            _cellar = new Wire.Cellar.CellarClient(_channel);
        }

        public override async ValueTask<string> EchoAsync(string text) => (await _cellar.EchoAsync(new Text { Text_ = text })).Text_;

        public override async ValueTask<int> RecordAsync()
        {
            var wine = CrossProcess.Wine.Sample;
            return (await _cellar.RecordAsync(
                new Wire.Wine { Id = wine.Id, Name = wine.Name, Price = wine.Price, InStock = wine.InStock, Changed = wine.Changed })).Id;
        }

        public override ValueTask DisposeAsync()
        {
            _channel.Dispose();
            return default;
        }
    }
}
