using Fan.Routing;
using Fan.Tree;

namespace Fan.Tests.Routing;

/// <summary>What people read of a route is all that its JSON says.</summary>
public sealed class RouteTextTests
{
    [Theory]
    [InlineData(null, null, "every version")]
    [InlineData(
        """{"versions":{"1.0.0":90,"2.0.0":10},"sticky":"user","override":true}""",
        null,
        "2.0.0 10 %, 1.0.0 90 % by user, callers may choose")]
    [InlineData("""{"versions":{"1.0.0":100},"alias":"proxy"}""", null, "@proxy (1.0.0 behind it)")]
    [InlineData("""{"shards":{"3":"w2","7":"w1"},"keys":{"a%20b":3}}""", null, "every version; shard 3 of w2, 7 of w1; key a b in shard 3")]
    [InlineData(
        """{"shards":{"3":"w2","7":"w1"}}""", """{"shards":{"3":"w1","7":"w1","8":"w1"}}""", "every version; shard 3 of w2, 8 as computed")]
    [InlineData("""{"keys":{"a":3}}""", """{"keys":{"b":3}}""", "every version; key a in shard 3, b as computed")]
    [InlineData(null, """{"keys":{"b":3}}""", "every version; key b as computed")]
    [InlineData("no route", null, "no route")]
    public void A_route_is_told_with_its_shards_and_keys(string? json, string? other, string text) =>
        Assert.Equal(text, RouteText.Of(json, other));

    [Fact]
    public void Of_a_service_behind_a_proxy_the_versions_are_its_own() =>
        Assert.Equal("1.0.0 behind 'proxy'", RouteEntry.Parse("""{"versions":{"1.0.0":100},"alias":"proxy"}""").ToString());
}
