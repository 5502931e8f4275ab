using Fan.Routing;
using Fan.Tree;

namespace Fan.Tests.Routing;

/// <summary>A revert undoes what its commit changed, and no more.</summary>
public sealed class RouteUndoTests
{
    [Theory]
    // One shard given back, while another has moved since, and while the calls were switched.
    [InlineData(
        """{"versions":{"1.0.0":100}}""",
        """{"versions":{"1.0.0":100},"shards":{"7":"canary"}}""",
        """{"versions":{"1.0.0":100},"shards":{"3":"w2","7":"canary"}}""",
        """{"versions":{"1.0.0":100},"shards":{"3":"w2"}}""")]
    [InlineData(
        """{"versions":{"1.0.0":100}}""",
        """{"versions":{"1.0.0":100},"shards":{"7":"canary"}}""",
        """{"versions":{"2.0.0":100},"shards":{"7":"canary"}}""",
        """{"versions":{"2.0.0":100}}""")]
    [InlineData(
        """{"shards":{"7":"w1"}}""",
        """{"shards":{"7":"w2"}}""",
        """{"keys":{"acme":1},"shards":{"7":"w2"},"later":1}""",
        """{"shards":{"7":"w1"},"keys":{"acme":1},"later":1}""")]
    // A switch, while shards have moved since.
    [InlineData(
        """{"versions":{"1.0.0":100}}""",
        """{"versions":{"2.0.0":100}}""",
        """{"versions":{"2.0.0":100},"shards":{"3":"w2"}}""",
        """{"versions":{"1.0.0":100},"shards":{"3":"w2"}}""")]
    [InlineData(null, """{"keys":{"acme":1}}""", """{"keys":{"acme":1,"globex":2}}""", """{"keys":{"globex":2}}""")]
    [InlineData(null, """{"keys":{"acme":1}}""", """{"keys":{"acme":1}}""", null)]
    public void What_others_changed_since_stays(string? before, string? after, string? now, string? expected)
    {
        Assert.True(RouteUndo.TryUndo(Entry(before), Entry(after), Entry(now), out var undone));
        Assert.Equal(expected, undone?.ToJson());
    }

    [Theory]
    [InlineData("""{"shards":{"7":"w1"}}""", """{"shards":{"7":"w2"}}""", """{"shards":{"7":"w3"}}""")]
    [InlineData("""{"shards":{"7":"w1"}}""", """{"shards":{"7":"w2"}}""", "{}")]
    [InlineData("""{"versions":{"1.0.0":100}}""", """{"versions":{"2.0.0":100}}""", """{"versions":{"3.0.0":100}}""")]
    [InlineData("""{"versions":{"1.0.0":100}}""", """{"versions":{"2.0.0":100}}""", """{"versions":{"2.0.0":100},"sticky":"user"}""")]
    [InlineData(null, """{"keys":{"acme":1}}""", """{"keys":{"acme":2}}""")]
    public void What_was_changed_again_is_a_conflict(string? before, string? after, string? now) =>
        Assert.False(RouteUndo.TryUndo(Entry(before), Entry(after), Entry(now), out _));

    private static RouteEntry? Entry(string? json) => json is null ? null : RouteEntry.Parse(json);
}
