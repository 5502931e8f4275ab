using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Ipc.Pipes;
using Fan.Ipc.Serving;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Sockets;

/// <summary>Takes calls over a unix domain socket, or a named pipe on Windows. Safe from any thread.</summary>
internal sealed class IpcServerTransport(
    IOptions<FanIpcOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<IpcServerTransport> logger)
    : WireServerTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock), logger)
{
    public const string TransportName = "ipc";

    /// <summary>The key among the properties of an endpoint that has the path of the socket or pipe.</summary>
    public const string PathProperty = "path";

    private SocketFile? _file;
    private string? _path;

    public override string Name => TransportName;

    public override string? Trouble => OperatingSystem.IsWindows() ? null : _file?.Trouble;

    // A persistent endpoint must be reached under the same name after the next start, which this one is not.
    public override EndpointDescription? Describe(ServedService service) =>
        !IsListening || service.IsPersistent ? null : new EndpointDescription
        {
            Transport = Name,
            Methods = service.DescribeMethods(),
            Properties = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [PathProperty] = _path!,
                [HostIdentity.Property] = HostIdentity.Current()
            },
        };

    // A pipe's name goes with the pipe.
    protected override void RemoveAddress()
    {
        _path = null;
        if (!OperatingSystem.IsWindows()) _file?.Remove();
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

        _file = new SocketFile(new SocketFolder(options.Value.Folder, Logger), Settings.Clock, Logger);
        _path = _file.Name;
        return _file;
    }
}
