using System.Text;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Fan.Redis.Settings;
using Fan.Redis.Tests.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Redis.Tests.Calls;

public sealed class SettingsTests(RedisServers servers) : RedisTest
{
    [Theory]
    [InlineData("any channel of a caller", true)]
    [InlineData("fan.rpc.0123456789abcdef0123456789abcdef", true)]
    [InlineData("fan.rpc.0123456789abcdef0123456789abcdef.cellar", false)]
    [InlineData("fan.queues", false)]
    [InlineData("fan:bell", false)]
    [InlineData("two\nlines", false)]
    [InlineData("fan", true)]
    [InlineData("fan.rpc.", false)]
    [InlineData("fan.rpc.0123456789ABCDEF0123456789abcdef", false)]
    [InlineData("fan.rpc.0123456789abcdef0123456789abcdef ", false)]
    [InlineData("fan2.rpc.0123456789abcdef0123456789abcdef", true)]
    [InlineData("fan2.rpc.0123456789abcdef0123456789abcdef.cellar", false)]
    [InlineData("a.rpc.b.rpc.0123456789abcdef0123456789abcdef.cellar", false)]
    [InlineData("__sentinel__:hello", false)]
    [InlineData("__Booksleeve_MasterChanged", false)]
    public void Replies_are_not_published_where_services_listen(string channel, bool isOne) =>
        Assert.Equal(isOne, new Fan.Redis.Messages.RedisTopology("fan").IsBackRoute(channel));

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var error = Assert.ThrowsAny<OptionsValidationException>(() => Options(
            new() { ["Host"] = "server.example", ["Prefetch"] = "0", ["KeyFile"] = "/nowhere.pem", ["ProbeInterval"] = "00:00:00" }));
        Assert.Equal(5, error.Failures.Count());
        Assert.Contains(error.Failures, failure =>
            failure.Contains("server.example", StringComparison.Ordinal) && failure.Contains("AllowPlainText", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://user:secret@host")]
    [InlineData("redis://user:secret@host/a")]
    [InlineData("redis://user:secret@host?x=1")]
    [InlineData("redis://user:secret@far.example")]
    public void No_message_about_an_address_shows_its_password(string uri)
    {
        var error = Assert.ThrowsAny<OptionsValidationException>(() => Options(new() { ["Uri"] = uri }));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "user:",
            error.ToString().Replace("redis://user:password@host:port/database", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://a%40b:p%2Fw@127.0.0.1/3", "127.0.0.1:6379 a@b p/w 3 False")]
    [InlineData("rediss://host:1234", "host:1234   0 True")]
    public void An_address_is_read_as_its_standard_says(string uri, string expected)
    {
        var target = ServerText.Read(Options(new() { ["Uri"] = uri }));
        Assert.Equal(
            expected, $"{target.Hosts[0].Host}:{target.Hosts[0].Port} {target.User} {target.Password} {target.Database} {target.UseTls}");
    }

    [Fact]
    public void Several_hosts_have_ports_of_their_own()
    {
        var target = ServerText.Read(Options(new() { ["Host"] = "one, two:7 ,[::1]:8", ["UseTls"] = "true" }));
        Assert.Equal([("one", 6379), ("two", 7), ("::1", 8)], target.Hosts);
    }

    [Fact]
    public async Task Nothing_of_the_credentials_is_registered()
    {
        var service = await ServeAsync((await servers.SharedAsync()).Uri.Replace("//", "//default:secret@", StringComparison.Ordinal));
        var json = Encoding.UTF8.GetString((await EndpointAsync(service)).ToJson());
        Assert.DoesNotContain("secret", json, StringComparison.Ordinal);
        Assert.Contains("\"queue\":\"fan.rpc.", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_calls_than_allowed_are_refused_at_once()
    {
        var server = await servers.SharedAsync();
        await ServeAsync(server.Uri);
        var caller = await StartAsync("caller", server.Uri, options: options => options.MaxCalls = 1);
        var waiting = caller.Fan.Get<ICellar>().WaitAsync().AsTask();
        await Cellar.Waiting;
        Assert.Contains(
            "MaxCalls",
            (await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<ICellar>().EchoAsync("x"))).Message,
            StringComparison.Ordinal);
        Cellar.Release.SetResult();
        await waiting;
    }

    [Fact]
    public async Task Requests_beyond_the_prefetch_wait_and_can_be_cancelled_meanwhile()
    {
        var server = await servers.SharedAsync();
        await ServeAsync(server.Uri, options => options.Prefetch = 1);
        var caller = await StartAsync("caller", server.Uri);
        using var cancel = new CancellationTokenSource();
        var first = caller.Fan.Get<ICellar>().WaitAsync(cancel.Token).AsTask();
        await Cellar.Waiting;
        using var impatient = new CancellationTokenSource();
        var second = caller.Fan.Get<ICellar>().EchoAsync("x", impatient.Token);
        var third = caller.Fan.Get<ICellar>().EchoAsync("y");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        // Overtakes what waits.
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal("y", await third);
        Assert.Equal(2, Cellar.Calls);
    }

    [Fact]
    public void What_configuration_has_in_a_wrong_form_or_under_an_unknown_name_is_said_at_once_and_without_the_text()
    {
        var error = Assert.ThrowsAny<OptionsValidationException>(
            () => Options(new() { ["Port"] = "secret", ["UseTls"] = "secret", ["Passwort"] = "secret" }));
        Assert.Equal(
            ["Fan:Redis:Passwort is not known.", "Fan:Redis:Port must be a whole number.", "Fan:Redis:UseTls must be true or false."],
            error.Failures.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Calls_and_pushes_go_over_tls_with_certificates_on_both_sides()
    {
        using var certificates = new Certificates();
        var file = certificates.Issue("redis");
        var server = await servers.StartAsync(
            "tls", "--tls-cert-file", file, "--tls-key-file", file, "--tls-ca-cert-file", certificates.AuthorityFile);
        await using var ending = server;
        void Tls(FanRedisOptions options)
        {
            options.TrustedCertificatesFile = certificates.AuthorityFile;
            options.CertificateFile = file;
        }

        await ServeAsync(server.Uri, Tls);
        var caller = await StartAsync("caller", server.Uri, options: Tls);
        Assert.Equal("x", await caller.Fan.Get<ICellar>().EchoAsync("x"));
        await caller.Fan.Get<ICellar>().RestockAsync(3);
        await Fan.Conformance.Eventually.TrueAsync(() => Task.FromResult(Cellar.Restocked.Count == 1), "the push arrived");
        var stranger = await StartAsync("stranger", server.Uri, options: options =>
        {
            options.CertificateFile = file;
            options.ConnectTimeout = TimeSpan.FromSeconds(1);
        });
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await stranger.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.Contains("can't be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_is_said_so_and_not_shown()
    {
        var server = await servers.StartAsync("locked", "--requirepass", "r1ght-w0rd");
        await using var ending = server;
        var written = new WrittenText();
        await StartAsync(
            "cellars",
            server.Uri.Replace("//", "//:r1ght-w0rd@", StringComparison.Ordinal),
            fan => written.Follow(fan.AddService<ICellar>(_ => Cellar)));
        var caller = await StartAsync(
            "caller",
            server.Uri.Replace("//", "//:secret@", StringComparison.Ordinal),
            written.Follow,
            options => options.ConnectTimeout = TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.Contains("does not know our user and password", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        await written.HasNowhereAsync("secret", Tree);
        await written.HasNowhereAsync("r1ght-w0rd", Tree);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+client|unblock +client|id +config|get")]
    public async Task A_user_needs_the_rights_that_the_documentation_names_and_no_other(string more)
    {
        string[] rights =
        [
            "on",
            ">pw",
            "~fan:*",
            "&fan.rpc.*",
            "+@read",
            "+@write",
            "+@stream",
            "+@scripting",
            "+@pubsub",
            "+@connection",
            "+info",
            "+time",
            .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        ];
        var server = await servers.StartAsync("rights", ["--user", "shop", .. rights, "--user", "default", "off"]);
        await using var ending = server;
        var uri = server.Uri.Replace("//", "//shop:pw@", StringComparison.Ordinal);
        var service = await ServeAsync(uri);
        var caller = await StartAsync("caller", uri);
        Assert.Equal("x", await caller.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.Equal([1, 2, 3], await caller.Fan.Get<ICellar>().CountAsync(3).ToListAsync());
        await caller.Fan.Get<ICellar>().RestockAsync(3);
        await Fan.Conformance.Eventually.TrueAsync(() => Task.FromResult(Cellar.Restocked.Count == 1), "the push arrived");
        await service.StopAsync(CancellationToken.None);
    }

    private static FanRedisOptions Options(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            settings.ToDictionary(setting => "Fan:Redis:" + setting.Key, setting => setting.Value)).Build());
        services.AddFan().AddRedis();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<FanRedisOptions>>().Value;
    }
}
