using System.Net;
using System.Net.Sockets;
using Fan.Discovery;
using Fan.Generated;
using Fan.Http.Origins;
using Fan.Http.Settings;
using Fan.Http.Templates;
using Fan.Security;
using Fan.Serving;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Http.Serving;

/// <summary>Takes calls over HTTP. Safe from any thread.</summary>
internal sealed class HttpServerTransport(
    IOptions<FanHttpOptions> options, IServiceProvider services, TimeProvider clock, ILoggerFactory logs) : IServerTransport, IDisposable
{
    private readonly FanHttpOptions _options = options.Value;
    private readonly CertificateFiles _certificates = new(options.Value, clock, logs.CreateLogger<HttpServerTransport>());
    private readonly LameDuck _leaving = new(options.Value.QuietTime, clock);
    private KestrelListener? _listener;

    public string Name => "http";

    public bool ProvesCallers => _options.AsksCallers();

    public async Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        if (!_options.Serve || server.Services.Count == 0) return;
        // A certificate that can't be read must fail the start and not each caller.
        _ = (_certificates.Own, _certificates.Policy);
        var dispatcher = new CallDispatcher(
            server, new TemplateTable(server), _leaving, new RequestCaller(_options.AsksCallers()), new OriginGuard(_options));
        var listener = new KestrelListener(
            new IPEndPoint(IPAddress.Parse(_options.Address), _options.Port),
            server.Limits,
            _options.MaxConnections,
            _options.CertificateFile is null ? null : _certificates,
            services,
            clock,
            logs);
        _listener = listener;
        await listener.StartAsync(dispatcher.ServeAsync, cancellationToken).ConfigureAwait(false);
    }

    public EndpointDescription? Describe(ServedService service) => _listener is null ? null : new EndpointDescription
    {
        Transport = Name,
        Host = _options.AdvertisedHost ?? HostOf(IPAddress.Parse(_options.Address)),
        Port = _options.AdvertisedPort ?? _listener.Port,
        Methods = [.. service.Contract.Methods.Select(method => Describe(service, method))],
        Properties = Properties(),
    };

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is not { } listener) return;
        await _leaving.WaitAsync(cancellationToken).ConfigureAwait(false);
        await listener.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _listener?.Dispose();

    private Dictionary<string, string> Properties()
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { [HttpVersions.Property] = HttpVersions.Ours };
        if (NetworkIdentity.IsLoopback(_options.AdvertisedHost ?? _options.Address))
        {
            properties[NetworkIdentity.Property] = NetworkIdentity.Current.ToString();
        }

        if (_options.CertificateFile is not null) properties[HttpScheme.Property] = Uri.UriSchemeHttps;
        return properties;
    }

    private static EndpointMethod Describe(ServedService service, ServiceMethod method)
    {
        var http = method.Description.Http;
        return EndpointMethod.From(method.Description) with
        {
            // micro-fan puts its arguments of that name into the brackets.
            Url = http?.Template
                ?? $"/{service.Name.Template.Replace("[", "[{", StringComparison.Ordinal).Replace("]", "}]", StringComparison.Ordinal)}/" +
                    method.Name,
            Verb = http?.Verb.ToUpperInvariant() ?? "POST",
            ContentType = http?.ContentType ?? "application/json",
        };
    }

    private static string HostOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
