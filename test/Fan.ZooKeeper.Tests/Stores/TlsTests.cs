using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>A server that takes clients with certificates of one authority.</summary>
public sealed class TlsTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private string _folder = null!;
    private ZooKeeperEnsemble _secure = null!;
    private int _port;

    private string Authority => Path.Combine(_folder, "authority.pem");

    private string Client => Path.Combine(_folder, "client.pem");

    public async ValueTask InitializeAsync()
    {
        _folder = Directory.CreateDirectory(servers.NewFolder("tls")).FullName;
        using var authority = MakeAuthority("CN=Fan Test Authority");
        await File.WriteAllTextAsync(Authority, authority.ExportCertificatePem());
        await IssueAsync(authority, "server.pem", "CN=server", IPAddress.Loopback);
        await IssueAsync(authority, "client.pem", "CN=client", address: null);
        _port = ZooKeeperEnsemble.FreePorts(1)[0];
        _secure = await ZooKeeperEnsemble.StartAsync(Path.Combine(
            _folder, "server"), 1, new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["secureClientPort"] = _port.ToString(CultureInfo.InvariantCulture),
                ["secureClientPortAddress"] = "127.0.0.1",
                ["serverCnxnFactory"] = "org.apache.zookeeper.server.NettyServerCnxnFactory",
                ["ssl.keyStore.location"] = Path.Combine(_folder, "server.pem"),
                ["ssl.trustStore.location"] = Authority,
            });
    }

    public async ValueTask DisposeAsync() => await _secure.DisposeAsync();

    [Fact]
    public async Task A_client_with_a_certificate_of_the_authority_is_served_and_others_are_told_why_not()
    {
        await using (var store = Create(tls => (tls.AuthorityFile, tls.CertificateFile) = (Authority, Client), "30s"))
        {
            await ZooKeeperHarness.OpenAsync(store);
            await store.CommitAsync([new StoreOperation.Create("/large", new byte[500_000])], TestContext.Current.CancellationToken);
            Assert.Equal(500_000, (await store.GetAsync("/large", TestContext.Current.CancellationToken))!.Data.Length);
        }

        await Task.WhenAll(
            // The machine does not trust the authority of the test.
            FailsAsync(tls => tls.CertificateFile = Client, "TLS with 127.0.0.1"),
            FailsAsync(
                tls => (tls.AuthorityFile, tls.CertificateFile, tls.ServerName) = (Authority, Client, "elsewhere"), "TLS with 127.0.0.1"),
            // The server refuses who shows no certificate, and who speaks no TLS.
            FailsAsync(tls => tls.AuthorityFile = Authority, "127.0.0.1"),
            FailsAsync(tls => tls.Enabled = false, "127.0.0.1"));
    }

    private async Task FailsAsync(Action<ZooKeeperTlsOptions> configure, string message)
    {
        // A short session is given up soon where nobody answers.
        await using var store = Create(configure, "1s");
        await ZooKeeperHarness.FailsToOpenAsync(store, message);
    }

    private ZooKeeperCoordinationStore Create(Action<ZooKeeperTlsOptions> configure, string session)
    {
        var options = new ZooKeeperOptions();
        options.Tls.Enabled = true;
        configure(options.Tls);
        return ZooKeeperHarness.Create($"zookeeper://127.0.0.1:{_port}/tls?session={session}", options);
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private async Task IssueAsync(X509Certificate2 authority, string file, string name, IPAddress? address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(
            authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        await File.WriteAllTextAsync(
            Path.Combine(_folder, file), key.ExportPkcs8PrivateKeyPem() + "\n" + certificate.ExportCertificatePem() + "\n");
    }
}
