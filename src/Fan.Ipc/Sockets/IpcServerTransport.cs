using System.Net.Sockets;
using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Ipc.Pipes;
using Fan.Ipc.Serving;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Sockets;

/// <summary>Takes calls over a unix domain socket, or a named pipe on Windows. Safe from any thread.</summary>
internal sealed class IpcServerTransport(IOptions<FanIpcOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<IpcServerTransport> logger)
    : WireServerTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock), logger)
{
    public const string TransportName = "ipc";

    /// <summary>The key among the properties of an endpoint that has the path of the socket or pipe.</summary>
    public const string PathProperty = "path";

    private const int Backlog = 512;

    private string? _path;

    public override string Name => TransportName;

    // A persistent endpoint must be reached under the same name after the next start, which this one is not.
    public override EndpointDescription? Describe(ServedService service) => !IsListening || service.IsPersistent ? null : new EndpointDescription
    {
        Transport = Name,
        Methods = service.DescribeMethods(),
        Properties = new Dictionary<string, string>(StringComparer.Ordinal) { [PathProperty] = _path!, [HostIdentity.Property] = HostIdentity.Current() },
    };

    protected override void RemoveAddress()
    {
        // A pipe's name goes with the pipe.
        if (Interlocked.Exchange(ref _path, null) is not { } path || options.Value.UsesPipes) return;
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The next start removes it, if it is there at all.
            WireLog.NotRemoved(Logger, path, error.Message);
        }
    }

    protected override IAcceptor Listen()
    {
        if (options.Value.UsesPipes || OperatingSystem.IsWindows())
        {
            var path = PipeName.Create();
            var pipes = new PipeAcceptor(path);
            pipes.Open();
            _path = path;
            return pipes;
        }

        (var socket, _path) = new SocketFolder(options.Value.Folder, Logger).Listen(Backlog);
        return new SocketAcceptor(socket, (accepted, _) => new(new WireLink(accepted, new NetworkStream(accepted, ownsSocket: false), "The caller")));
    }
}
