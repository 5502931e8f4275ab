using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>URLs, options and configuration, and what is said of wrong ones.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("zookeeper:a", "must begin with 'zookeeper://'")]
    [InlineData("zookeeper://", "a server is empty")]
    [InlineData("zookeeper://a,,b", "a server is empty")]
    [InlineData("zookeeper://:2181", "server ':2181' has no host")]
    [InlineData("zookeeper://a:0", "server 'a:0' has the port '0'")]
    [InlineData("zookeeper://a:port/x", "server 'a:port' has the port 'port'")]
    [InlineData("zookeeper://a:65536", "a port is a number from 1 to 65535")]
    [InlineData("zookeeper://::1:2181", "an IPv6 address stands in brackets")]
    [InlineData("zookeeper://[::1", "has no closing bracket")]
    [InlineData("zookeeper://[a]:1", "has no IPv6 address in its brackets")]
    [InlineData("zookeeper://[::1]2181", "has '2181' after its bracket")]
    [InlineData("zookeeper://a b", "server 'a b' has no valid host name")]
    [InlineData("zookeeper://a/x/", "has the chroot '/x/'")]
    [InlineData("zookeeper://a//x", "has the chroot '//x'")]
    [InlineData("zookeeper://a/x?session=0s", "from 1s to 3600s; it is '0s'")]
    [InlineData("zookeeper://a/x?session=soon", "from 1s to 3600s; it is 'soon'")]
    [InlineData("zookeeper://a/x?session=99999999999999999999s", "from 1s to 3600s")]
    [InlineData("zookeeper://a/x?", "option '' that is not known")]
    [InlineData("zookeeper://a/x?colour=red", "option 'colour' that is not known")]
    public void A_url_that_breaks_the_form_names_the_place(string url, string message) =>
        Assert.Contains(message, Assert.Throws<FormatException>(() => ZooKeeperStoreUrl.Parse(url)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_url_has_servers_a_chroot_and_a_session()
    {
        var url = ZooKeeperStoreUrl.Parse("zookeeper://zk1,zk2:2182,[::1]:2183,[2001:db8::1]/company/fan?session=1500ms");
        Assert.Equal([new("zk1", 2181), new("zk2", 2182), new("::1", 2183), new("2001:db8::1", 2181)], url.Servers);
        Assert.Equal(("/company/fan", TimeSpan.FromMilliseconds(1500)), (url.Chroot, url.SessionTimeout));
        Assert.Equal("", ZooKeeperStoreUrl.Parse("zookeeper://zk1/").Chroot);
        Assert.Equal(
            "zookeeper://zk1:2181,[::1]:2181/fan", ZooKeeperHarness.Create("ZooKeeper://zk1,[::1],zk1/fan?session=5s").DisplayName);
    }

    [Fact]
    public void A_url_with_credentials_is_refused_without_repeating_them()
    {
        var error = Assert.Throws<FormatException>(() => ZooKeeperStoreUrl.Parse("zookeeper://fan:s3cret@zk1/fan"));
        Assert.Contains("Fan:ZooKeeper:Password", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_with_the_options_is_said_at_once_when_the_application_starts()
    {
        var services = new ServiceCollection();
        services.AddFan().AddZooKeeperStore(options =>
        {
            options.User = "fan";
            options.SessionTimeout = TimeSpan.Zero;
            options.MaxRequestsInFlight = 0;
            options.Acl.Add("world:anyone:x");
            options.Acl.Add("nobody");
            options.Tls.Enabled = true;
            options.Tls.AuthorityFile = "/nowhere/authority.pem";
        });
        using var provider = services.BuildServiceProvider();
        var error = Assert.ThrowsAny<OptionsValidationException>(() => provider.GetRequiredService<IStartupValidator>().Validate());
        Assert.Equal(6, error.Failures.Count());
        foreach (var part in new[]
        {
            "Password",
            "SessionTimeout",
            "MaxRequestsInFlight",
            "'world:anyone:x' has the permission 'x'",
            "'nobody' must be scheme:id:permissions",
            "'/nowhere/authority.pem' does not exist"
        })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_come_from_configuration_and_code_has_the_last_word()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["Fan:ZooKeeper:User"] = "fan",
                ["Fan:ZooKeeper:Password"] = "secret",
                ["Fan:ZooKeeper:SessionTimeout"] = "00:00:20",
                ["Fan:ZooKeeper:RequestTimeout"] = "00:00:03",
                ["Fan:ZooKeeper:Acl:0"] = "auth::cdrwa",
                ["Fan:ZooKeeper:Tls:ServerName"] = "zk",
            }).Build());
        services.AddFan().AddZooKeeperStore(options => options.SessionTimeout = TimeSpan.FromSeconds(5));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptions<ZooKeeperOptions>>().Value;
        Assert.Equal(("fan", "secret", 5, 3, "zk"), (
            options.User,
            options.Password,
            options.SessionTimeout.TotalSeconds,
            options.RequestTimeout.TotalSeconds,
            options.Tls.ServerName));
        Assert.Equal(["auth::cdrwa"], options.Acl);
        var client = ZooKeeperStoreProvider.ClientOptions(
            ZooKeeperStoreUrl.Parse("zookeeper://a?session=7s"), options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(7, client.SessionTimeout.TotalSeconds);
        Assert.Equal(new AccessRule(AccessRule.All, "auth", ""), Assert.Single(client.Access));
    }

    [Fact]
    public void The_provider_makes_stores_of_its_scheme()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddFan().AddZooKeeperStore().AddZooKeeperStore();
        using var provider = services.BuildServiceProvider();
        var stores = Assert.Single(provider.GetServices<IStoreProvider>(), candidate => candidate.Scheme == "zookeeper");
        Assert.Equal("zookeeper://zk1:2181/fan", stores.Create("zookeeper://zk1/fan").DisplayName);
    }
}
