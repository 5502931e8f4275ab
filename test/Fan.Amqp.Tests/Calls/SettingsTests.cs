using System.Text;
using Fan.Amqp.Settings;
using Fan.Amqp.Tests.Servers;
using Fan.Conformance;
using Fan.Conformance.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.Amqp.Tests.Calls;

public sealed class SettingsTests(RabbitServers servers) : AmqpTest
{
    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var error = Assert.ThrowsAny<OptionsValidationException>(() => Options(
            new() { ["Host"] = "broker.example", ["Prefetch"] = "0", ["KeyFile"] = "/nowhere.pem", ["ProbeInterval"] = "00:00:00" }));
        Assert.Equal(5, error.Failures.Count());
        Assert.Contains(error.Failures, failure =>
            failure.Contains("broker.example", StringComparison.Ordinal) && failure.Contains("AllowPlainText", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://user:secret@host")]
    [InlineData("amqp://user:secret@host/a/b")]
    [InlineData("amqp://user:secret@host?x=1")]
    [InlineData("amqp://user:secret@far.example")]
    public void No_message_about_an_address_shows_its_password(string uri)
    {
        var error = Assert.ThrowsAny<OptionsValidationException>(() => Options(new() { ["Uri"] = uri }));
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "user:",
            error.ToString().Replace("amqp://user:password@host:port/vhost", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("amqp://a%40b:p%2Fw@127.0.0.1/v%2Fh", "127.0.0.1:5672 a@b p/w v/h False")]
    [InlineData("amqps://host:1234", "host:1234 guest guest / True")]
    public void An_address_is_read_as_its_standard_says(string uri, string expected)
    {
        var target = BrokerText.Read(Options(new() { ["Uri"] = uri }));
        Assert.Equal(
            expected,
            $"{target.Hosts[0].Host}:{target.Hosts[0].Port} {target.User} {target.Password} {target.VirtualHost} {target.UseTls}");
    }

    [Fact]
    public void Several_hosts_have_ports_of_their_own()
    {
        var target = BrokerText.Read(Options(new() { ["Host"] = "one, two:7 ,[::1]:8", ["UseTls"] = "true" }));
        Assert.Equal([("one", 5671), ("two", 7), ("::1", 8)], target.Hosts);
    }

    [Fact]
    public async Task Nothing_of_the_credentials_is_registered()
    {
        var service = await ServeAsync((await servers.SharedAsync()).Uri);
        var json = Encoding.UTF8.GetString((await EndpointAsync(service)).ToJson());
        Assert.DoesNotContain("guest", json, StringComparison.Ordinal);
        Assert.Contains("\"queue\":\"fan.rpc.cellars.", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_that_the_broker_refuses_is_written_nowhere()
    {
        var written = new WrittenText();
        var server = await servers.SharedAsync();
        await StartAsync("cellars", server.Uri, fan => written.Follow(fan.AddService<ICellar>(_ => Cellar)));
        var wrong = new UriBuilder(server.Uri) { UserName = "guest", Password = "s3cret-w0rd" }.Uri.ToString();
        var caller = await StartAsync("caller", wrong, written.Follow, options => options.ConnectTimeout = TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<ServiceUnavailableException>(async () => await caller.Fan.Get<ICellar>().EchoAsync("x"));
        Assert.DoesNotContain("s3cret-w0rd", error.ToString(), StringComparison.Ordinal);
        await written.HasNowhereAsync("s3cret-w0rd", Tree);
        await written.HasNowhereAsync("guest:guest", Tree);
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

    private static FanAmqpOptions Options(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            settings.ToDictionary(setting => "Fan:Amqp:" + setting.Key, setting => setting.Value)).Build());
        services.AddFan().AddAmqp();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<FanAmqpOptions>>().Value;
    }
}
