using Fan.Conformance;
using Fan.Conformance.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Fan.Ipc.Tests;

/// <summary>The tcp route: where it listens, and whom it trusts.</summary>
public sealed class TcpTests : IpcTest
{
    // How often files are looked at.
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("::")]
    public async Task An_address_that_others_reach_needs_tls_or_a_word(string address)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => ServeTcpAsync(options => (options.Address, options.AdvertisedHost) = (address, "host")));
        Assert.Contains("AllowNonLoopback", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_settings_that_are_wrong_are_told_at_once()
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => ServeTcpAsync(options => (
            options.Address,
            options.Port,
            options.AdvertisedPort,
            options.AdvertisedHost,
            options.KeyFile,
            options.RequireClientCertificate) = ("here", -1, 0, "a b", "/nowhere.pem", true)));
        Assert.Equal(7, error.Failures.Count());
    }

    [Fact]
    public async Task An_endpoint_on_the_loopback_of_another_machine_is_not_tried()
    {
        var service = await ServeTcpAsync();
        var ours = await EndpointAsync(service, "tcp");
        await RegisterAsync(
            ours with { Port = 9, Instance = "another", Properties = new Dictionary<string, string> { ["host_id"] = "another" } });
        var caller = await StartAsync("caller", fan => fan.AddTcp());
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 20; i++) Assert.Equal(i, caller.Fan.Get<ICellar>().Add(i, 0));
    }

    [Fact]
    public async Task A_certificate_file_that_has_none_fails_the_start_with_its_name()
    {
        var file = Path.Combine(Folder.FullName, "no.pem");
        await File.WriteAllTextAsync(file, "nothing");
        var error = await Assert.ThrowsAsync<FanStartException>(() => ServeTcpAsync(options => options.CertificateFile = file));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused_where_one_is_asked_for()
    {
        using var certificates = new Certificates();
        await ServeTcpAsync(options => (options.CertificateFile, options.TrustedCertificatesFile, options.RequireClientCertificate) = (
            certificates.Issue("service"), certificates.AuthorityFile, true));
        var without = await StartAsync(
            "without", fan => fan.AddTcp(options => options.TrustedCertificatesFile = certificates.AuthorityFile));
        Assert.Throws<ServiceUnavailableException>(() => without.Fan.Get<ICellar>().Add(1, 2));
        using var others = new Certificates();
        var stranger = await StartAsync(
            "stranger",
            fan => fan.AddTcp(options =>
                (options.TrustedCertificatesFile, options.CertificateFile) = (certificates.AuthorityFile, others.Issue("stranger"))));
        Assert.Throws<ServiceUnavailableException>(() => stranger.Fan.Get<ICellar>().Add(1, 2));
        var with = await StartAsync(
            "with",
            fan => fan.AddTcp(options =>
                (options.TrustedCertificatesFile, options.CertificateFile) = (certificates.AuthorityFile, certificates.Issue("caller"))));
        Assert.Equal(3, with.Fan.Get<ICellar>().Add(1, 2));
        Assert.Equal(0, Cellar.Calls);
        await with.Fan.Get<ICellar>().GetAsync(1);
        Assert.Equal("caller", Cellar.Seen!.Principal!.Identity!.Name);
    }

    [Fact]
    public async Task Where_a_certificate_is_only_asked_for_a_policy_lets_in_whom_it_names()
    {
        using var certificates = new Certificates();
        await StartAsync("cellars", fan => fan
            .AddTcp(options => (options.CertificateFile, options.TrustedCertificatesFile, options.AskForClientCertificate) = (
                certificates.IssuePfx("service", "word"), certificates.AuthorityFile, true))
            .AddTcp(options => options.CertificatePassword = "word")
            .AddService<ICellar>(_ => Cellar)
            .Authorize<ICellar>(policy => policy.RequireCaller("orders"))
            .Authorize<ICellar>("echo", policy => policy.AllowAnyone()));
        foreach (var (name, expected) in new[]
        {
            (null, typeof(NotAuthenticatedException)),
            ("stranger", typeof(AccessDeniedException)),
            ("orders", null)
        })
        {
            var caller = await StartAsync("caller", fan => fan.AddTcp(options =>
                (options.TrustedCertificatesFile, options.CertificateFile) = (
                    certificates.AuthorityFile, name is null ? null : certificates.Issue(name))));
            var cellar = caller.Fan.Get<ICellar>();
            Assert.Equal(expected, (await Record.ExceptionAsync(async () => await cellar.GetAsync(1)))?.GetType());
            Assert.Equal("open", await cellar.EchoAsync("open"));
        }

        Assert.Equal("orders", Cellar.Seen!.Principal!.Identity!.Name);
        using var others = new Certificates();
        var forged = await StartAsync("forged", fan => fan.AddTcp(
            options => (options.TrustedCertificatesFile, options.CertificateFile) = (certificates.AuthorityFile, others.Issue("orders"))));
        await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await forged.Fan.Get<ICellar>().GetAsync(1));
    }

    [Fact]
    public async Task A_token_does_not_go_to_another_machine_in_plain_text()
    {
        var service = await ServeTcpAsync();
        var ours = await EndpointAsync(service, "tcp");
        await service.StopAsync(TestContext.Current.CancellationToken);
        await RegisterAsync(
            ours with { Host = "192.0.2.1", Port = 9, Instance = "another", Properties = new Dictionary<string, string>() });
        var caller = await StartAsync("caller", fan => fan.AddTcp().UseCallerToken((_, _) => new("secret-token")));
        await caller.SeesAsync("cellar", 1);
        var error = Assert.Throws<ServiceUnavailableException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
        Assert.Contains("a token is not sent to another machine in plain text", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-token", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_with_a_certificate_of_somebody_else_is_not_called()
    {
        using var certificates = new Certificates();
        using var others = new Certificates();
        await ServeTcpAsync(options => options.CertificateFile = certificates.Issue("service"));
        var caller = await StartAsync("caller", fan => fan.AddTcp(options => options.TrustedCertificatesFile = others.AuthorityFile));
        Assert.Throws<ServiceUnavailableException>(() => caller.Fan.Get<ICellar>().Add(1, 2));
        Assert.Equal(0, Cellar.Calls);
    }

    [Fact]
    public async Task A_caller_that_trusts_certain_authorities_does_not_call_in_plain_text()
    {
        using var certificates = new Certificates();
        await ServeTcpAsync();
        var caller = await StartAsync("caller", fan => fan.AddTcp(options => options.TrustedCertificatesFile = certificates.AuthorityFile));
        Assert.Contains(
            "takes no TLS",
            Assert.Throws<ServiceUnavailableException>(() => caller.Fan.Get<ICellar>().Add(1, 2)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_replaced_is_used_for_connections_a_second_later()
    {
        using var certificates = new Certificates();
        using var newer = new Certificates();
        var file = certificates.Issue("service");
        var clock = new FakeTimeProvider();
        await ServeTcpAsync(options => options.CertificateFile = file, clock);
        var old = await StartAsync("old", fan => fan.AddTcp(options => options.TrustedCertificatesFile = certificates.AuthorityFile));
        Assert.Equal(3, old.Fan.Get<ICellar>().Add(1, 2));
        newer.Replace(file, "service");
        // It is not read for each connection.
        var another = await StartAsync(
            "another", fan => fan.AddTcp(options => options.TrustedCertificatesFile = certificates.AuthorityFile));
        Assert.Equal(3, another.Fan.Get<ICellar>().Add(1, 2));
        clock.Advance(Look);
        var next = await StartAsync("next", fan => fan.AddTcp(options => options.TrustedCertificatesFile = newer.AuthorityFile));
        Assert.Equal(3, next.Fan.Get<ICellar>().Add(1, 2));
        Assert.Equal(4, old.Fan.Get<ICellar>().Add(2, 2));
    }

    [Theory]
    [InlineData("a switched link")]
    [InlineData("older files")]
    [InlineData("the certificate after its key")]
    public async Task A_certificate_is_renewed_however_its_files_are_replaced(string how)
    {
        using var certificates = new Certificates();
        using var newer = new Certificates();
        var (before, after) = (Folder.CreateSubdirectory("before"), Folder.CreateSubdirectory("after"));
        Split(certificates.Issue("service"), before);
        Split(newer.Issue("service"), after);
        // As Kubernetes lays them out.
        var data = Path.Combine(Folder.FullName, "..data");
        Directory.CreateSymbolicLink(data, "before");
        foreach (var file in (string[])["tls.crt", "tls.key"])
        {
            File.CreateSymbolicLink(Path.Combine(Folder.FullName, file), Path.Combine("..data", file));
        }
        var clock = new FakeTimeProvider();
        await ServeTcpAsync(options => (options.CertificateFile, options.KeyFile) = (
            Path.Combine(Folder.FullName, "tls.crt"), Path.Combine(Folder.FullName, "tls.key")), clock);
        var old = await StartAsync("old", fan => fan.AddTcp(options => options.TrustedCertificatesFile = certificates.AuthorityFile));
        Assert.Equal(3, old.Fan.Get<ICellar>().Add(1, 2));
        if (how == "a switched link")
        {
            foreach (var file in after.GetFiles()) File.SetLastWriteTimeUtc(file.FullName, DateTime.UtcNow.AddDays(-1));
            Directory.CreateSymbolicLink(data + "_tmp", "after");
            Directory.Move(data, data + "_old");
            Directory.Move(data + "_tmp", data);
        }
        else
        {
            var newest = before.GetFiles().Max(file => file.LastWriteTimeUtc);
            foreach (var file in after.GetFiles().OrderByDescending(file => file.Name, StringComparer.Ordinal))
            {
                File.Copy(file.FullName, Path.Combine(before.FullName, file.Name), overwrite: true);
            }
            File.SetLastWriteTimeUtc(Path.Combine(before.FullName, "tls.crt"), newest.AddDays(-1));
            File.SetLastWriteTimeUtc(Path.Combine(before.FullName, "tls.key"), how == "older files" ? newest.AddDays(-1) : newest);
        }

        clock.Advance(Look);
        var next = await StartAsync("next", fan => fan.AddTcp(options => options.TrustedCertificatesFile = newer.AuthorityFile));
        Assert.Equal(3, next.Fan.Get<ICellar>().Add(1, 2));
    }

    private static void Split(string file, DirectoryInfo to)
    {
        var text = File.ReadAllText(file);
        var key = text.IndexOf("-----BEGIN PRIVATE KEY", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(to.FullName, "tls.crt"), text[..key]);
        File.WriteAllText(Path.Combine(to.FullName, "tls.key"), text[key..]);
    }

    private Task<TransportApplication> ServeTcpAsync(Action<FanTcpOptions>? options = null, TimeProvider? clock = null) =>
        StartAsync("cellars", fan =>
        {
            fan.AddTcp(options).AddService<ICellar>(_ => Cellar);
            if (clock is not null) fan.Services.AddSingleton(clock);
        });
}
