using System.Net.Sockets;
using Fan.Discovery;
using Fan.Ipc.Calling;
using Fan.Ipc.Connections;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Sockets;

/// <summary>Carries calls over unix domain sockets of the same machine. Safe from any thread.</summary>
internal sealed class IpcClientTransport(IOptions<FanIpcOptions> options, IOptions<FanOptions> application, TimeProvider clock)
    : WireClientTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock))
{
    private readonly string _host = HostIdentity.Current();

    public override string Name => IpcServerTransport.TransportName;

    // The file is there before its endpoint is. A container that does not share the folder does not see it.
    public override bool Reaches(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(HostIdentity.Property) == _host && AddressOf(endpoint) is { } path && File.Exists(path);

    protected override string? AddressOf(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(IpcServerTransport.PathProperty) is { Length: > 0 and < 108 } path && Path.IsPathFullyQualified(path) ? path : null;

    protected override async ValueTask<WireLink> ConnectAsync(EndpointDescription endpoint, CancellationToken cancellationToken)
    {
        var path = AddressOf(endpoint)!;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new WireLink(socket, new NetworkStream(socket, ownsSocket: false), endpoint.Application ?? path);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
