using System.Net.Sockets;
using StreamJsonRpc;

namespace CrossProcess.Contenders;

/// <summary>StreamJsonRpc in its fastest form: MessagePack with the length before each message, over a unix domain socket.</summary>
internal static partial class StreamJsonRpcContender
{
    public static Contender UnixSocket(string name) => new(
        name,
        () => Task.FromResult<Server>(new RpcServer(WebServer.NewSocket())),
        async path =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            var rpc = new JsonRpc(Handler(socket));
            var cellar = rpc.Attach<IRpcCellar>();
            rpc.StartListening();
            return new RpcClient(rpc, cellar);
        });

    private static LengthHeaderMessageHandler Handler(Socket socket)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        return new LengthHeaderMessageHandler(stream, stream, new MessagePackFormatter());
    }

    [JsonRpcContract, PolyType.GenerateShape(IncludeMethods = PolyType.MethodShapeFlags.PublicInstance)]
    public partial interface IRpcCellar
    {
        Task<string> EchoAsync(string text);

        Task<PackedWine> RecordAsync(PackedWine wine);
    }

    private sealed class RpcCellar : IRpcCellar
    {
        public Task<string> EchoAsync(string text) => Task.FromResult(text);

        public Task<PackedWine> RecordAsync(PackedWine wine) => Task.FromResult(wine);
    }

    private sealed class RpcServer : Server
    {
        private readonly string _path;
        private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        private readonly Task _serving;

        public RpcServer(string path)
        {
            _path = path;
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
            _serving = ServeAsync();
        }

        public override string Address => _path;

        public override async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving;
            Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
        }

        private async Task ServeAsync()
        {
            try
            {
                using var rpc = new JsonRpc(Handler(await _listener.AcceptAsync()));
                rpc.AddLocalRpcTarget<IRpcCellar>(new RpcCellar(), null);
                rpc.StartListening();
                await rpc.Completion;
            }
            catch (Exception error) when (error is SocketException or IOException or ConnectionLostException)
            {
                // Stopped, or the client has gone.
            }
        }
    }

    private sealed class RpcClient(JsonRpc rpc, IRpcCellar cellar) : Client
    {
        public override ValueTask<string> EchoAsync(string text) => new(cellar.EchoAsync(text));

        public override async ValueTask<int> RecordAsync() => (await cellar.RecordAsync(PackedWine.Sample)).Id;

        public override ValueTask DisposeAsync()
        {
            rpc.Dispose();
            return default;
        }
    }
}
