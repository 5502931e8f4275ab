using System.Net.Security;
using System.Net.Sockets;
using Fan.Discovery;
using Fan.Ipc.Calling;
using Fan.Ipc.Connections;
using Fan.Ipc.Sockets;
using Fan.Security;
using Fan.Transports;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Ipc.Tcp;

/// <summary>Carries calls over TCP, encrypted where the endpoint takes TLS. Safe from any thread.</summary>
internal sealed class TcpClientTransport(
    IOptions<FanTcpOptions> options, IOptions<FanOptions> application, TimeProvider clock, ILogger<TcpClientTransport> logger)
    : WireClientTransport(new WireSettings(application.Value.Name!, application.Value.Limits, options.Value, clock))
{
    private readonly FanTcpOptions _options = options.Value;
    private readonly string _host = HostIdentity.Current();
    private readonly CertificateFiles _certificates = new(options.Value, clock, logger);

    public override string Name => TcpServerTransport.TransportName;

    public override bool Reaches(EndpointDescription endpoint) =>
        (!endpoint.Properties.TryGetValue(HostIdentity.Property, out var only) || only == _host)
        && NetworkIdentity.Current.Reaches(endpoint);

    public override string WhyOutOfReach(EndpointDescription endpoint) => NetworkIdentity.WhyOutOfReach;

    protected override string? AddressOf(EndpointDescription endpoint) =>
        string.IsNullOrEmpty(endpoint.Host) || endpoint.Port == 0
            ? null
            : $"{endpoint.Host}:{endpoint.Port}{(TakesTls(endpoint) ? " tls" : "")}";

    protected override void RequirePrivacy(OutgoingCall call)
    {
        if (!_options.AllowPlainText && !TakesTls(call.Endpoint.Description)) PlainText.RequireNoToken(call);
    }

    protected override async ValueTask<WireLink> ConnectAsync(EndpointDescription endpoint, CancellationToken cancellationToken)
    {
        // Whoever writes into the store must not be able to take the encryption away.
        if (!TakesTls(endpoint) && _options is { TrustedCertificatesFile: not null, AllowPlainText: false })
            throw new IOException($"it takes no TLS, which this application asks for ({nameof(FanTcpOptions.TrustedCertificatesFile)})");
        var host = endpoint.Host!.Trim('[', ']');
        var socket = await Dialer.ConnectAsync(host, endpoint.Port, cancellationToken).ConfigureAwait(false);
        try
        {
            var plain = new NetworkStream(socket, ownsSocket: false);
            var peer = endpoint.Application ?? $"{endpoint.Host}:{endpoint.Port}";
            return new WireLink(
                socket, TakesTls(endpoint) ? await EncryptAsync(plain, host, cancellationToken).ConfigureAwait(false) : plain, peer);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<Stream> EncryptAsync(Stream plain, string host, CancellationToken cancellationToken)
    {
        var encrypted = new SslStream(plain);
        try
        {
            await encrypted.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    ClientCertificateContext = _certificates.Own,
                    CertificateChainPolicy = _certificates.Policy,
                },
                cancellationToken).ConfigureAwait(false);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static bool TakesTls(EndpointDescription endpoint) => endpoint.Properties.ContainsKey(TcpServerTransport.TlsProperty);
}
