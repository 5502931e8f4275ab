using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Ipc.Serving;
using Fan.Ipc.Sockets;
using Fan.Security;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Tcp;

/// <summary>Takes calls over TCP, encrypted where there is a certificate. Safe from any thread.</summary>
internal sealed class TcpServerTransport(
    IOptions<FanTcpOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<TcpServerTransport> logger)
    : WireServerTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock), logger)
{
    public const string TransportName = "tcp";

    /// <summary>The key among the properties of an endpoint that says that it takes TLS only.</summary>
    public const string TlsProperty = "tls";

    private const int Backlog = 512;

    private readonly FanTcpOptions _options = options.Value;
    private readonly CertificateFiles _certificates = new(options.Value, clock, logger);
    private int _port;

    public override string Name => TransportName;

    public override bool ProvesCallers => _options.AsksCallers();

    public override EndpointDescription? Describe(ServedService service) => !IsListening ? null : new EndpointDescription
    {
        Transport = Name,
        Host = _options.AdvertisedHost ?? HostOf(IPAddress.Parse(_options.Address)),
        Port = _options.AdvertisedPort ?? _port,
        Methods = service.DescribeMethods(),
        Properties = Properties(),
    };

    protected override IAcceptor Listen()
    {
        // A certificate that can't be read must fail the start and not each caller.
        _ = (_certificates.Own, _certificates.Policy);
        var address = new IPEndPoint(IPAddress.Parse(_options.Address), _options.Port);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(Backlog);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new InvalidOperationException($"The tcp route can't listen on {address}: {error.Message}", error);
        }

        _port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return new SocketAcceptor(socket, OpenAsync);
    }

    private async ValueTask<WireLink> OpenAsync(Socket accepted, CancellationToken cancellationToken)
    {
        accepted.NoDelay = true;
        var peer = accepted.RemoteEndPoint?.ToString() ?? "The caller";
        var plain = new NetworkStream(accepted, ownsSocket: false);
        if (_certificates.Own is not { } certificate) return new WireLink(accepted, plain, peer);
        var encrypted = new SslStream(plain);
        try
        {
            await encrypted.AuthenticateAsServerAsync(
                _certificates.ForServer(certificate),
                cancellationToken).ConfigureAwait(false);
            return new WireLink(accepted, encrypted, peer)
            {
                Principal = encrypted.RemoteCertificate is X509Certificate2 shown ? CertificateIdentity.Of(shown) : null,
            };
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Dictionary<string, string> Properties()
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        if (_certificates.Own is not null) properties[TlsProperty] = "1";
        if (NetworkIdentity.IsLoopback(_options.AdvertisedHost ?? _options.Address))
        {
            properties[NetworkIdentity.Property] = NetworkIdentity.Current.ToString();
        }

        // To a caller elsewhere this address would be its own machine.
        if (_options.AdvertisedHost is null && IPAddress.IsLoopback(IPAddress.Parse(_options.Address)))
        {
            properties[HostIdentity.Property] = HostIdentity.Current();
        }

        return properties;
    }

    private static string HostOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
