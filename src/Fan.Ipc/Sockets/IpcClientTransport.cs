using System.IO.Pipes;
using System.Net.Sockets;
using System.Security.Principal;
using Fan.Discovery;
using Fan.Ipc.Calling;
using Fan.Ipc.Connections;
using Fan.Ipc.Pipes;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Sockets;

/// <summary>Carries calls over unix domain sockets of the same machine, or named pipes on Windows. Safe from any thread.</summary>
internal sealed class IpcClientTransport(IOptions<FanIpcOptions> options, IOptions<FanOptions> application, TimeProvider clock)
    : WireClientTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock))
{
    // Between two callers a pipe has no instance that waits for the next one; for longer only where nobody serves it.
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(500);

    private readonly string _host = HostIdentity.Current();

    public override string Name => IpcServerTransport.TransportName;

    // The file is there before its endpoint is. A container that does not share the folder does not see it.
    public override bool Reaches(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(HostIdentity.Property) == _host
        && AddressOf(endpoint) is { } path
        && (PipeName.Within(path) is not null || File.Exists(path));

    public override string WhyOutOfReach(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(HostIdentity.Property) != _host
            ? "is on another machine or in another container, and ipc stays within one"
        : AddressOf(endpoint) is { } path ? $"has no socket at {path} any more"
        : "names no socket that can be opened here";

    protected override string? AddressOf(EndpointDescription endpoint) =>
        endpoint.Properties.GetValueOrDefault(IpcServerTransport.PathProperty) is { Length: > 0 and < 108 } path
        && (PipeName.Within(path) is not null || (Path.IsPathFullyQualified(path) && !OperatingSystem.IsWindows()))
            ? path
            : null;

    protected override ValueTask<WireLink> ConnectAsync(EndpointDescription endpoint, CancellationToken cancellationToken)
    {
        var path = AddressOf(endpoint)!;
        var peer = endpoint.Application ?? path;
        return PipeName.Within(path) is { } pipe
            ? ConnectPipeAsync(pipe, peer, cancellationToken)
            : ConnectSocketAsync(path, peer, cancellationToken);
    }

    private static async ValueTask<WireLink> ConnectSocketAsync(string path, string peer, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
            return new WireLink(socket, new NetworkStream(socket, ownsSocket: false), peer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Of the same user only, and the server learns who calls but can't act for him.
    private static async ValueTask<WireLink> ConnectPipeAsync(string name, string peer, CancellationToken cancellationToken)
    {
        var pipe = new NamedPipeClientStream(
            ".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly, TokenImpersonationLevel.Identification);
        try
        {
            await pipe.ConnectAsync(LongestGap, cancellationToken).ConfigureAwait(false);
            return new WireLink(null, pipe, peer);
        }
        catch (TimeoutException error)
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw new IOException($"nobody serves the pipe '{name}'", error);
        }
        catch
        {
            await pipe.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
