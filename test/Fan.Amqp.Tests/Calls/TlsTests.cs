using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Amqp.Tests.Calls;

/// <summary>A broker that takes nobody without TLS and a certificate.</summary>
public sealed class TlsTests(RabbitServers servers) : AmqpTest
{
    [Fact]
    public async Task Calls_and_pushes_go_over_tls_with_certificates_on_both_sides_and_no_other_way()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        var port = FreePort();
        var file = certificates.Issue("broker");
        var server = new RabbitServer(servers.NewFolder("tls"), new Dictionary<string, string>
        {
            ["listeners.ssl.default"] = $"127.0.0.1:{port}",
            ["ssl_options.cacertfile"] = certificates.AuthorityFile,
            ["ssl_options.certfile"] = file,
            ["ssl_options.keyfile"] = file,
            ["ssl_options.verify"] = "verify_peer",
            ["ssl_options.fail_if_no_peer_cert"] = "true",
        });
        await using var ending = server;
        await server.StartAsync();
        await server.ServesAsync();
        var uri = string.Create(CultureInfo.InvariantCulture, $"amqps://guest:guest@127.0.0.1:{port}");
        await ServeAsync(uri, Tls("cellars"));
        var caller = await StartAsync("caller", uri, options: Tls("caller"));
        Assert.Equal(3, caller.Fan.Get<ICellar>().Add(1, 2));
        await caller.Fan.Get<ICellar>().RestockAsync(7);
        await Eventually.TrueAsync(
            () =>
            {
                lock (Cellar.Restocked) return Task.FromResult(Cellar.Restocked.SequenceEqual([7]));
            },
            "the push is handled");

        var without = await StartAsync("without", uri, options: options =>
            (options.TrustedCertificatesFile, options.ConnectTimeout) = (certificates.AuthorityFile, TimeSpan.FromSeconds(2)));
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await without.Fan.Get<ICellar>().EchoAsync("x"));
        var distrustful = await StartAsync("distrustful", uri, options: options =>
            (options.CertificateFile, options.TrustedCertificatesFile, options.ConnectTimeout) = (
                certificates.Issue("distrustful"), others.AuthorityFile, TimeSpan.FromSeconds(2)));
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await distrustful.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.Equal(0, Cellar.Calls);

        Action<FanAmqpOptions> Tls(string name) =>
            options => (options.CertificateFile, options.TrustedCertificatesFile) = (certificates.Issue(name), certificates.AuthorityFile);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
