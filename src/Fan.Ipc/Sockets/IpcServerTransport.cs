using System.Net.Sockets;
using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Ipc.Serving;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Sockets;

/// <summary>Takes calls over a unix domain socket. Safe from any thread.</summary>
internal sealed class IpcServerTransport(IOptions<FanIpcOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<IpcServerTransport> logger)
    : WireServerTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock), logger)
{
    public const string TransportName = "ipc";

    /// <summary>The key among the properties of an endpoint that has the socket's path.</summary>
    public const string PathProperty = "path";

    private const int Backlog = 512;

    private readonly string? _folder = options.Value.Folder;
    private string? _path;

    public override string Name => TransportName;

    // A persistent endpoint must be reached under the same name after the next start, which this one is not.
    public override EndpointDescription? Describe(ServedService service) => !IsListening || service.IsPersistent ? null : new EndpointDescription
    {
        Transport = Name,
        Methods = MethodsOf(service),
        Properties = new Dictionary<string, string>(StringComparer.Ordinal) { [PathProperty] = _path!, [HostIdentity.Property] = HostIdentity.Current() },
    };

    protected override void RemoveAddress()
    {
        if (Interlocked.Exchange(ref _path, null) is not { } path) return;
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

    protected override Socket Listen()
    {
        if (OperatingSystem.IsWindows()) throw new InvalidOperationException("The ipc route does not work on Windows: use AddTcp() there.");
        (var socket, _path) = new SocketFolder(_folder, Logger).Listen(Backlog);
        return socket;
    }

    protected override ValueTask<WireLink> OpenAsync(Socket accepted, CancellationToken cancellationToken) =>
        new(new WireLink(accepted, new NetworkStream(accepted, ownsSocket: false), "The caller"));
}
