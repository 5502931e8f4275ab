using Fan.Discovery;

namespace Fan.Tests.Discovery;

public sealed class NetworkIdentityTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.9.1", true)]
    [InlineData("[::1]", true)]
    [InlineData("::1", true)]
    [InlineData("[::ffff:127.0.0.1]", true)]
    [InlineData("localhost", true)]
    [InlineData("LocalHost.", true)]
    [InlineData("wines.localhost", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("[fe80::1]", false)]
    [InlineData("localhost.example", false)]
    [InlineData("wines", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_loopback_address_is_of_whoever_looks(string? host, bool isLoopback) =>
        Assert.Equal(isLoopback, NetworkIdentity.IsLoopback(host));

    [Theory]
    [InlineData("boot=a;net=1;host=x", "boot=a;net=1;host=x", true)]
    // Two containers of one machine, and one that shares the network of another.
    [InlineData("boot=a;net=1;host=x", "boot=a;net=2;host=y", false)]
    [InlineData("boot=a;net=1;host=x", "boot=a;net=1;host=y", true)]
    // Two machines: the first network of each has the same number.
    [InlineData("boot=a;net=1;host=x", "boot=b;net=1;host=x", false)]
    [InlineData("net=1;host=x", "net=1;host=y", false)]
    // What one of them can't see says nothing.
    [InlineData("boot=a;net=1;host=x", "net=1;host=x", true)]
    [InlineData("boot=a;net=1;host=x", "net=2;host=x", false)]
    [InlineData("boot=a;host=x", "boot=a;net=1;host=x", true)]
    [InlineData("boot=a;host=x", "boot=a;host=y", false)]
    [InlineData("host=x", "host=x", true)]
    [InlineData("host=x", "host=y", true)]
    public void Whether_two_processes_have_one_loopback(string one, string other, bool isSame)
    {
        var endpoint = new EndpointDescription
        {
            Transport = "http",
            Host = "127.0.0.1",
            Properties = new Dictionary<string, string> { [NetworkIdentity.Property] = other }
        };
        Assert.Equal(isSame, NetworkIdentity.Parse(one)!.Reaches(endpoint));
        Assert.True(NetworkIdentity.Parse(one)!.Reaches(endpoint with { Host = "10.0.0.1" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData(";;=;")]
    [InlineData("later=form")]
    public void What_can_t_be_read_is_taken_for_reachable(string text) =>
        Assert.True(
            NetworkIdentity.Current.Reaches(new EndpointDescription
            {
                Transport = "http",
                Host = "127.0.0.1",
                Properties = new Dictionary<string, string> { [NetworkIdentity.Property] = text }
            }));

    [Fact]
    public void It_survives_its_own_text() =>
        Assert.Equal(NetworkIdentity.Current.ToString(), NetworkIdentity.Parse(NetworkIdentity.Current.ToString())!.ToString());
}
