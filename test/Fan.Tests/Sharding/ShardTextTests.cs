using Fan.Sharding;

namespace Fan.Tests.Sharding;

public sealed class ShardTextTests
{
    [Theory]
    [InlineData(new int[0], "none")]
    [InlineData(new[] { 4 }, "4")]
    [InlineData(new[] { 0, 1, 2, 3 }, "0-3")]
    [InlineData(new[] { 0, 2, 3, 7, 9, 10, 11 }, "0, 2-3, 7, 9-11")]
    public void Shards_that_follow_each_other_are_a_range(int[] shards, string text) => Assert.Equal(text, ShardText.Of(shards));
}
