using System.Net;
using System.Net.Sockets;
using Fan.Messaging;
using Fan.Security;
using Fan.Transports;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Http.Serving;

/// <summary>A Kestrel of our own on one address, without the web framework around it.</summary>
internal sealed class KestrelListener : IDisposable
{
    // Callers open another connection when one is full.
    private const int MaxStreams = 100;

    // Kestrel refuses without a word; within this room above the limits we refuse ourselves, with problem details and a count.
    private const int HardLimitFactor = 2;

    private static readonly TimeSpan DefaultKeepAlive = TimeSpan.FromSeconds(15);

    private readonly KestrelServer _server;
    private readonly IPEndPoint _address;
    private readonly IHost? _tls;

    /// <param name="address">Where it listens.</param>
    /// <param name="limits">Those of messages.</param>
    /// <param name="maxConnections">The most connections at a time.</param>
    /// <param name="certificates">For TLS; none without it.</param>
    /// <param name="services">Those of the application.</param>
    /// <param name="clock">For patience with callers.</param>
    /// <param name="logs">Where it logs.</param>
    /// <param name="keepAlive">
    /// How long a caller may be silent before it is asked, and how long it may take to answer; 15 s by default, 1 s or more.
    /// </param>
    public KestrelListener(
        IPEndPoint address,
        FanLimits limits,
        int maxConnections,
        CertificateFiles? certificates,
        IServiceProvider services,
        TimeProvider clock,
        ILoggerFactory logs,
        TimeSpan? keepAlive = null)
    {
        _address = address;
        var silence = keepAlive ?? DefaultKeepAlive;
        var options = new KestrelServerOptions { AddServerHeader = false, ApplicationServices = services };
        var headerBytes = limits.MaxHeaderBytes * HardLimitFactor;
        // Bodies have our own bound; Kestrel's would break the connection before the caller has read why.
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MaxRequestHeaderCount = limits.MaxHeaders * HardLimitFactor;
        options.Limits.MaxRequestHeadersTotalSize = headerBytes;
        options.Limits.MaxRequestLineSize = limits.MaxHeaderBytes;
        options.Limits.MaxRequestBufferSize = Math.Max(headerBytes * 2, 1024 * 1024);
        options.Limits.Http2.MaxRequestHeaderFieldSize = headerBytes;
        options.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
        // A caller that has gone without a word must not keep its calls and its connection.
        options.Limits.Http2.KeepAlivePingDelay = silence;
        options.Limits.Http2.KeepAlivePingTimeout = silence;
        var network = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions { CreateBoundListenSocket = endpoint => Listen(endpoint, silence) }), logs);
        var seats = new ConnectionSeats(maxConnections, clock);
        if (certificates is not null)
        {
            _tls = ServicesForTls(logs);
            options.ApplicationServices = _tls.Services;
            var hidden = new ConnectionBound(maxConnections, seats, null, clock, logs.CreateLogger<HttpServerTransport>());
            var beginning = new ProtocolDetection(options.Limits, seats, null, clock);
            options.Listen(address, listen =>
            {
                // Before the handshake, which costs more than the rest.
                listen.Use(next => connection => hidden.RunAsync(connection, next));
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    // For each connection: the files may have changed.
                    OnConnection = _ => new(certificates.ForServer(certificates.Own!)),
                });
                listen.Use(next => connection => beginning.RunAsync(connection, next));
            });
            _server = new KestrelServer(Options.Create(options), network, logs);
            return;
        }

        var handover = new Http2Handover(network);
        var detection = new ProtocolDetection(options.Limits, seats, handover, clock);
        var bound = new ConnectionBound(maxConnections, seats, detection, clock, logs.CreateLogger<HttpServerTransport>());
        options.Listen(address, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection => bound.RunAsync(connection, next));
            listen.Use(next => connection => detection.RunAsync(connection, next));
        });
        options.Listen(handover.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        _server = new KestrelServer(Options.Create(options), handover, logs);
    }

    /// <summary>The port that is listened on; known once started.</summary>
    public int Port { get; private set; }

    /// <exception cref="InvalidOperationException">It can't listen there.</exception>
    public async Task StartAsync(Func<IFeatureCollection, Task> serve, CancellationToken cancellationToken)
    {
        try
        {
            await _server.StartAsync(new CallApplication(serve), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or AddressInUseException)
        {
            throw new InvalidOperationException($"The HTTP route can't listen on {_address}: {error.Message}", error);
        }

        var listening = _server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Port = new Uri(listening).Port;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose()
    {
        _server.Dispose();
        _tls?.Dispose();
    }

    // What is accepted inherits it.
    private static Socket Listen(EndPoint address, TimeSpan silence)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(address);
        if (address is not IPEndPoint) return socket;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)silence.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        return socket;
    }

    // Kestrel's TLS asks for services that come with a web host alone. Nothing of this one is started.
    private static IHost ServicesForTls(ILoggerFactory logs) => new HostBuilder()
        .ConfigureWebHost(
            web => web.UseSetting(WebHostDefaults.PreventHostingStartupKey, "true").UseKestrelCore().Configure(static _ => { }))
        .ConfigureServices(services => services.AddSingleton(logs))
        .Build();
}
