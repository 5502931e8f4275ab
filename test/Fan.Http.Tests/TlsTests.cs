using System.Diagnostics;
using System.Net;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Http.Tests;

/// <summary>HTTP over TLS: whom a listener takes, whom a caller trusts, and what becomes of certificates that change.</summary>
public sealed class TlsTests : HttpTest
{
    private readonly Cellar _cellar = new();

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task An_address_that_others_reach_needs_tls_or_a_word(string address)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => ServeAsync(options => (options.Address, options.AdvertisedHost) = (address, "host")));
        Assert.Contains(
            "set CertificateFile, or AllowNonLoopback if that is meant", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_others_reach_is_served_with_a_certificate()
    {
        using var certificates = new Certificates();
        await ServeAsync(options =>
            (options.Address, options.AdvertisedHost, options.CertificateFile) = ("0.0.0.0", "localhost", certificates.Issue("service")));
        var caller = await CallerAsync(options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        Assert.Equal(3, caller.Add(1, 2));
    }

    [Fact]
    public async Task All_settings_that_are_wrong_are_told_at_once()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => ServeAsync(options =>
            (options.KeyFile, options.CertificatePassword, options.TrustedCertificatesFile, options.RequireClientCertificate) =
                ("/nowhere.pem", "secret", "/nowhere.ca", true)));
        Assert.Equal(5, error.Failures.Count());
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_file_that_has_none_fails_the_start_with_its_name()
    {
        using var certificates = new Certificates();
        var file = certificates.Issue("none");
        await File.WriteAllTextAsync(file, "nothing");
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ServeAsync(options => options.CertificateFile = file));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_store_says_https_and_nothing_of_files_or_passwords()
    {
        using var certificates = new Certificates();
        var service = await ServeAsync(options =>
            (options.CertificateFile, options.CertificatePassword) = (certificates.IssuePfx("service", "very secret"), "very secret"));
        var description = await DescriptionAsync(service);
        Assert.Equal("https", description.Properties["scheme"]);
        var written = Encoding.UTF8.GetString(description.ToJson());
        Assert.DoesNotContain("secret", written, StringComparison.Ordinal);
        Assert.DoesNotContain("pfx", written, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "scheme",
            (await DescriptionAsync(await StartAsync("plain", fan => fan.AddService<ITill, Till>()), "shop.till")).Properties.Keys);
    }

    [Fact]
    public async Task A_pfx_and_an_encrypted_key_are_opened_with_the_password()
    {
        using var certificates = new Certificates();
        var (certificate, key) = certificates.IssueEncrypted("caller", "two");
        await ServeAsync(options => (
            options.CertificateFile, options.CertificatePassword, options.TrustedCertificatesFile, options.RequireClientCertificate) =
            (certificates.IssuePfx("service", "one"), "one", certificates.AuthorityFile, true));
        var caller = await CallerAsync(options => (
            options.CertificateFile,
            options.KeyFile,
            options.CertificatePassword,
            options.TrustedCertificatesFile) = (certificate, key, "two", certificates.AuthorityFile));
        await caller.GetAsync(1);
        Assert.Equal("caller", _cellar.Seen!.Principal!.Identity!.Name);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_caller_without_a_certificate_is_refused_where_one_is_asked_for(string version)
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        await ServeAsync(options => (options.CertificateFile, options.TrustedCertificatesFile, options.RequireClientCertificate) = (
            certificates.Issue("service"), certificates.AuthorityFile, true));
        var without = await CallerAsync(
            options => (options.CallVersion, options.TrustedCertificatesFile) = (Version.Parse(version), certificates.AuthorityFile));
        Assert.Throws<ServiceUnavailableException>(() => without.Add(1, 2));
        var stranger = await CallerAsync(options => (options.CallVersion, options.TrustedCertificatesFile, options.CertificateFile) = (
            Version.Parse(version), certificates.AuthorityFile, others.Issue("stranger")));
        Assert.Throws<ServiceUnavailableException>(() => stranger.Add(1, 2));
        var with = await CallerAsync(options => (options.CallVersion, options.TrustedCertificatesFile, options.CertificateFile) = (
            Version.Parse(version), certificates.AuthorityFile, certificates.Issue("caller")));
        await with.GetAsync(1);
        var identity = Assert.Single(_cellar.Seen!.Principal!.Identities);
        Assert.Equal(("Certificate", "caller"), (identity.AuthenticationType, identity.Name));
        Assert.Equal(
            ("CN=caller", "spiffe://shop/caller", "localhost"),
            (Value(ClaimTypes.X500DistinguishedName), Value(ClaimTypes.Uri), Value(ClaimTypes.Dns)));
        Assert.Equal(1, _cellar.Calls);
        string? Value(string type) => identity.FindFirst(type)?.Value;
    }

    [Fact]
    public async Task Where_a_certificate_is_only_asked_for_a_caller_may_go_without_but_not_with_a_strangers()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        await ServeAsync(options => (options.CertificateFile, options.TrustedCertificatesFile, options.AskForClientCertificate) = (
            certificates.Issue("service"), certificates.AuthorityFile, true));
        var without = await CallerAsync(options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        await without.GetAsync(1);
        Assert.Null(_cellar.Seen!.Principal);
        var stranger = await CallerAsync(
            options => (options.TrustedCertificatesFile, options.CertificateFile) = (certificates.AuthorityFile, others.Issue("stranger")));
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await stranger.GetAsync(2));
        var with = await CallerAsync(options =>
            (options.TrustedCertificatesFile, options.CertificateFile) = (certificates.AuthorityFile, certificates.Issue("caller")));
        await with.GetAsync(3);
        Assert.Equal("caller", _cellar.Seen!.Principal!.Identity!.Name);
    }

    [Fact]
    public async Task A_service_with_a_certificate_of_somebody_else_or_for_another_host_is_not_called()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        var service = await ServeAsync(
            options => (options.CertificateFile, options.AdvertisedHost) = (certificates.Issue("service"), "127.0.0.1"));
        var caller = await CallerAsync(options => options.TrustedCertificatesFile = others.AuthorityFile);
        Assert.Throws<ServiceUnavailableException>(() => caller.Add(1, 2));
        var description = await DescriptionAsync(service);
        await RegisterAsync("elsewhere", Encoding.UTF8.GetString((description with { Host = "[::ffff:127.0.0.1]" }).ToJson()));
        var trusting = await StartAsync("trusting", http: options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await trusting.Fan.CallAsync("elsewhere.add", Json("""{"left": 1, "right": 2}""")));
        Assert.Contains("can't be reached", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _cellar.Calls);
    }

    [Fact]
    public async Task A_caller_that_trusts_certain_authorities_calls_nobody_in_plain_text()
    {
        using var certificates = new Certificates();
        await ServeAsync();
        var caller = await CallerAsync(options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        Assert.Contains(
            "takes no TLS", Assert.Throws<ServiceUnavailableException>(() => caller.Add(1, 2)).Message, StringComparison.Ordinal);
        await RegisterAsync(
            "foreign",
            """{"transport": "http", "host": "127.0.0.1", "port": 9, "methods": [{"name": "find", "url": "/find", "method": "GET"}]}""");
        var strict = await StartAsync("strict", http: options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        Assert.Contains("takes no TLS", (await Assert.ThrowsAsync<ServiceUnavailableException>(
            async () => await strict.Fan.CallAsync("foreign.find", Json("{}")))).Message, StringComparison.Ordinal);
        var lenient = await CallerAsync(
            options => (options.TrustedCertificatesFile, options.AllowPlainText) = (certificates.AuthorityFile, true));
        Assert.Equal(3, lenient.Add(1, 2));
    }

    [Fact]
    public async Task A_token_does_not_go_to_another_machine_in_plain_text()
    {
        await RegisterAsync(
            "cellar",
            """{"transport": "http", "host": "192.0.2.1", "port": 9, "fan": {"application": "cellars"}, "methods": """ +
            """[{"name": "add", "url": "/cellar/add", "method": "POST"}]}""",
            "1.2.0");
        var caller = await StartAsync("caller", fan => fan.UseCallerToken((_, _) => new("secret-token")));
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.CallAsync("cellar.add", Json("{}")));
        Assert.Contains("a token is not sent to another machine in plain text", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificates_that_are_replaced_are_used_for_new_connections_and_the_calls_in_flight_go_on()
    {
        using var certificates = new Certificates();
        var (file, own) = (certificates.Issue("service"), certificates.Issue("caller"));
        await ServeAsync(options => (options.CertificateFile, options.TrustedCertificatesFile, options.RequireClientCertificate) =
            (file, certificates.AuthorityFile, true));
        var caller = await CallerAsync(
            options => (options.CertificateFile, options.TrustedCertificatesFile) = (own, certificates.AuthorityFile));
        var waiting = caller.WaitAsync().AsTask();
        await _cellar.Waiting.WaitAsync(Eventually.Deadline);
        Assert.Equal("caller", _cellar.Seen!.Principal!.Identity!.Name);
        certificates.Replace(own, "successor");
        certificates.Replace(file, "service two");
        await Eventually.TrueAsync(
            async () =>
            {
                await caller.GetAsync(1);
                return _cellar.Seen!.Principal!.Identity!.Name == "successor";
            },
            "the caller shows its new certificate");
        Assert.False(waiting.IsCompleted);
        _cellar.Release.TrySetResult();
        await waiting;

        var shown = "";
        using var mine = X509Certificate2.CreateFromPemFile(own);
        await Eventually.TrueAsync(
            async () =>
            {
                using var handler = new SocketsHttpHandler();
                handler.SslOptions.ClientCertificates = [mine];
                handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    (shown = certificate!.Subject).Length > 0;
                using var client = new HttpClient(handler);
                using var reply = await client.PostAsync(
                    await AddressAsync("cellar/get"),
                    new StringContent("""{"id": 1}""", Encoding.UTF8, "application/json"),
                    TestContext.Current.CancellationToken);
                return reply.StatusCode == HttpStatusCode.OK && shown == "CN=service two";
            },
            "the service shows its new certificate");
    }

    [Fact]
    public async Task Authorities_that_are_replaced_are_trusted_by_the_next_connection()
    {
        using var first = new Certificates();
        using var second = new Certificates();
        var file = first.Issue("service");
        var trusted = first.Issue("trusted");
        File.Copy(second.AuthorityFile, trusted, overwrite: true);
        await ServeAsync(options => options.CertificateFile = file);
        var caller = await CallerAsync(options => options.TrustedCertificatesFile = trusted);
        Assert.Throws<ServiceUnavailableException>(() => caller.Add(1, 2));
        File.Copy(first.AuthorityFile, trusted, overwrite: true);
        File.SetLastWriteTimeUtc(trusted, File.GetLastWriteTimeUtc(trusted).AddSeconds(5));
        await Eventually.TrueAsync(
            () =>
            {
                try
                {
                    return Task.FromResult(caller.Add(1, 2) == 3);
                }
                catch (FanException)
                {
                    return Task.FromResult(false);
                }
            },
            "the new authority is trusted");
    }

    [Fact]
    public async Task A_service_that_is_not_fans_is_called_over_https_too()
    {
        using var certificates = new Certificates();
        var service = await ServeAsync(options => options.CertificateFile = certificates.Issue("service"));
        var port = (await DescriptionAsync(service)).Port;
        await RegisterAsync(
            "adder",
            $$"""{"transport": "http", "scheme": "https", "host": "127.0.0.1", "port": {{port}}, "methods": """ +
            $$"""[{"name": "sum", "url": "/cellar/add", "method": "POST"}]}""");
        var caller = await StartAsync("caller", http: options => options.TrustedCertificatesFile = certificates.AuthorityFile);
        Assert.Equal(3, await caller.Fan.CallAsync<int>("adder.sum", Json("""{"left": 1, "right": 2}""")));
    }

    [Fact]
    public async Task The_commands_of_the_documentation_make_certificates_that_work()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Parent!.Parent!.Parent!.FullName;
        var page = await File.ReadAllTextAsync(Path.Combine(root, "docs", "security.md"), TestContext.Current.CancellationToken);
        var commands = page.Split("```bash\n")
            .Select(block => block.Split("```")[0])
            .First(block => block.StartsWith("openssl", StringComparison.Ordinal));
        var folder = Directory.CreateTempSubdirectory("fan-openssl-");
        try
        {
            var start = new ProcessStartInfo("bash", ["-e", "-c", commands])
            {
                WorkingDirectory = folder.FullName,
                RedirectStandardError = true,
                UseShellExecute = false
            };
            using var process = Process.Start(start)!;
            var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, said);
            void Use(FanHttpOptions options) =>
                (options.CertificateFile, options.KeyFile, options.TrustedCertificatesFile, options.RequireClientCertificate) =
                    (Path.Combine(folder.FullName, "orders.pem"), Path.Combine(folder.FullName, "orders.key"), Path.Combine(
                        folder.FullName, "authority.pem"), true);
            await ServeAsync(Use);
            var caller = await CallerAsync(Use);
            await caller.GetAsync(1);
            Assert.Equal("orders", _cellar.Seen!.Principal!.Identity!.Name);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private TransportApplication? _service;

    private async Task<TransportApplication> ServeAsync(Action<FanHttpOptions>? options = null) =>
        _service = await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _cellar), options);

    private async Task<ICellar> CallerAsync(Action<FanHttpOptions> options) =>
        (await StartAsync("caller", http: options)).Fan.Get<ICellar>();

    private async Task<Uri> AddressAsync(string path)
    {
        var description = await DescriptionAsync(_service!);
        return new Uri($"https://{description.Host}:{description.Port}/{path}");
    }

    private static async Task<EndpointDescription> DescriptionAsync(TransportApplication application, string service = "cellar") =>
        (await application.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            service, TestContext.Current.CancellationToken))[0].Description;
}
