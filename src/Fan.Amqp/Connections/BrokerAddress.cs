using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Fan.Amqp.Settings;
using Fan.Messaging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Connections;

/// <summary>Where the broker is and how one gets in. Immutable; safe from any thread.</summary>
internal sealed class BrokerAddress
{
    private const uint LeastMessageBytes = 64 * 1024 * 1024;

    private readonly FanAmqpOptions _options;
    private readonly BrokerText.Target _target;
    private readonly FanLimits _limits;

    public BrokerAddress(FanAmqpOptions options, FanLimits limits)
    {
        (_options, _limits) = (options, limits);
        _target = BrokerText.Read(options);
        var hosts = string.Join(", ", _target.Hosts.Select(
            host => $"{(host.Host.Contains(':', StringComparison.Ordinal) ? $"[{host.Host}]" : host.Host)}:{host.Port}"));
        Text = _target.VirtualHost == "/" ? hosts : $"{hosts} (virtual host '{_target.VirtualHost}')";
    }

    /// <summary>For people: without user and password.</summary>
    public string Text { get; }

    /// <summary>Opens one connection.</summary>
    public async Task<IConnection> ConnectAsync(string name, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory
        {
            VirtualHost = _target.VirtualHost,
            UserName = _target.User,
            Password = _target.Password,
            // Whoever uses a connection knows best what was on it: each makes its channels and queues anew.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedConnectionTimeout = _options.ConnectTimeout,
            HandshakeContinuationTimeout = _options.ConnectTimeout,
            ContinuationTimeout = TimeSpan.FromSeconds(20),
            RequestedHeartbeat = _options.Heartbeat,
            // What is over the limit is refused with an error for its caller, which needs it read.
            MaxInboundMessageBodySize = Math.Max(LeastMessageBytes, (uint)_limits.MaxPayloadBytes * 2),
        };
        // Over all names and addresses: the library bounds each address by itself.
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(_options.ConnectTimeout);
        try
        {
            var endpoints = new List<AmqpTcpEndpoint>();
            foreach (var host in _target.Hosts)
            {
                // The library tries one address of a name only.
                foreach (var address in await ResolveAsync(host.Host, time.Token).ConfigureAwait(false))
                {
                    endpoints.Add(new AmqpTcpEndpoint(address, host.Port, Tls(host.Host)));
                }
            }

            return await factory.CreateConnectionAsync(endpoints, name, time.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrokerUnreachableException(new TimeoutException(
                $"no address answered within {_options.ConnectTimeout.TotalSeconds:0.#} s ({nameof(FanAmqpOptions.ConnectTimeout)})",
                error));
        }
    }

    private static async Task<IEnumerable<string>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out _)) return [host];
        try
        {
            return (await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false)).Select(address => address.ToString());
        }
        catch (SocketException)
        {
            // Connecting says what is wrong with the name.
            return [host];
        }
    }

    private SslOption Tls(string host)
    {
        if (!_target.UseTls) return new SslOption();
        var tls = new SslOption { Enabled = true, ServerName = _options.ServerName ?? host };
        // Read for each connection, so that a file that was replaced counts from the next one on.
        if (_options.CertificateFile is { } file) tls.Certs = [ReadCertificate(file, _options.KeyFile)];
        if (_options.TrustedCertificatesFile is { } trusted)
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(trusted);
            tls.CertificateValidationCallback = (_, certificate, _, errors) => IsFrom(authorities, certificate, errors);
        }

        return tls;
    }

    private static X509Certificate2 ReadCertificate(string file, string? keyFile)
    {
        using var pem = X509Certificate2.CreateFromPemFile(file, keyFile);
        // Through a container, as some platforms can't use a key that is only in memory.
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
    }

    private static bool IsFrom(X509Certificate2Collection authorities, X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 shown || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(shown);
    }
}
