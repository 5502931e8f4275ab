using CsCheck;
using Fan.Routing;
using Fan.Tree;
using Fan.Versions;

namespace Fan.Tests.Routing;

public sealed class VersionChoiceTests
{
    private static readonly CallContext User = new() { User = "ann" };

    [Theory]
    [InlineData("""{"versions":{"1.0.0":90,"2.0.0":9}}""", "add up to 100")]
    [InlineData("""{"versions":{"1.0.0":101,"2.0.0":-1}}""", "must be from 0 to 100")]
    [InlineData("""{"versions":{"1.0":50,"1.0.0":50}}""", "named twice")]
    [InlineData("""{"versions":{"one":100}}""", "'one' is no version")]
    [InlineData("""{"versions":{"1.0.0":"all"}}""", "not what Fan writes")]
    [InlineData("""{"versions":[]}""", "not what Fan writes")]
    [InlineData("""[]""", "not what Fan writes")]
    [InlineData("""{""", "not what Fan writes")]
    public void What_is_no_route_is_told_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => RouteEntry.Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_route_is_written_as_it_is_read() =>
        Gen.Select(
            Gen.Int[0, 100], Gen.Bool, Gen.Int[0, 2].Select(i => new[] { "user", "tenant", null }[i])).Sample((share, overriding, sticky) =>
        {
            var json = Split(share, sticky, overriding).ToJson();
            Assert.Equal(json, RouteEntry.Parse(json).ToJson());
        });

    [Fact]
    public void Shares_are_what_they_are_called()
    {
        var route = Split(20, null);
        var second = Enumerable.Range(0, 20_000)
            .Count(_ => Choose(route, (uint)Random.Shared.NextInt64(1, uint.MaxValue), CallContext.Empty) == "2.0.0");
        Assert.InRange(second, 3_600, 4_400);
    }

    [Fact]
    public void Whom_a_growing_share_has_reached_stays_with_it() =>
        Gen.Select(Gen.String[1, 20], Gen.Int[0, 100], Gen.Int[0, 100]).Sample((user, one, other) =>
        {
            var (small, large) = (Math.Min(one, other), Math.Max(one, other));
            var context = new CallContext { User = user };
            return Choose(Split(small, "user"), 1, context) != "2.0.0" || Choose(Split(large, "user"), 7, context) == "2.0.0";
        });

    [Fact]
    public void The_range_of_the_caller_comes_before_the_shares()
    {
        Assert.Equal("1.0.0", VersionChoice.Choose(Split(100, null), "s", VersionRange.Parse("^1"), 5, User, null)?.Text);
        Assert.Null(VersionChoice.Choose(Split(100, null), "s", VersionRange.Parse("^3"), 5, User, null));
    }

    private static RouteEntry Split(int second, string? sticky, bool overriding = false) =>
        RouteEntry.Parse(
            $$"""{"versions":{"1.0.0":{{100 - second}},"2.0.0":{{second}}}{{(sticky is null ? "" : $",\"sticky\":\"{sticky}\"")}}""" +
            $$"""{{(overriding ? ",\"override\":true" : "")}}}""");

    private static string? Choose(RouteEntry route, uint draw, CallContext context) =>
        VersionChoice.Choose(route, "s", VersionRange.Any, draw, context, null)?.Text;
}
