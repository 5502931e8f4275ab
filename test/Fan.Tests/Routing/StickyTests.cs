using Fan.Coordination;
using Fan.Routing;
using Fan.Switching;
using Fan.Tests.Applications;
using Fan.Tree;
using Fan.Versions;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Tests.Routing;

[Service("shelf[shop_id].label", Version = "1.0.0")]
public interface IShelf
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

[Service("shelf[shop_id].label", Version = "2.0.0")]
public interface IShelfTwo
{
    ValueTask<string> WhichAsync(CancellationToken ct = default);
}

/// <summary>Who stays with one version stays with it, and a growing share moves nobody back.</summary>
public sealed class StickyTests
{
    private const int Keys = 10_000;

    [Theory]
    [InlineData(null)]
    [InlineData("user")]
    [InlineData("session")]
    [InlineData("shard")]
    public void No_key_meets_both_versions_and_a_growing_share_moves_keys_one_way_only(string? sticky)
    {
        var moved = 0;
        for (var key = 0; key < Keys; key++)
        {
            var few = Choose(10, sticky, key, 1);
            Assert.Equal(few, Choose(10, sticky, key, 2));
            var half = Choose(50, sticky, key, 3);
            Assert.True(few == "1.0.0" || half == "2.0.0", $"key {key} went back");
            if (few != half) moved++;
        }

        Assert.InRange(moved, Keys * 35 / 100, Keys * 45 / 100);
    }

    [Fact]
    public async Task Sticky_by_shard_looks_at_the_keys_of_the_call()
    {
        var (tree, network) = (new MemoryTree(), new LoopNetwork());
        await using var ones = await TestHost.StartAsync(tree, network, "ones", fan => fan.AddService<IShelf>(_ => new One()));
        await using var twos = await TestHost.StartAsync(tree, network, "twos", fan => fan.AddService<IShelfTwo>(_ => new Two()));
        await using var caller = await TestHost.StartAsync(tree, network, "caller", _ => { });
        var split = new RouteChange
        {
            Service = "shelf.label",
            Versions = new Dictionary<string, int> { ["1.0.0"] = 50, ["2.0.0"] = 50 },
            Sticky = "shard"
        };
        await caller.Services.GetRequiredService<ISystemChanges>().ChangeAsync([split], new ChangeOptions { Author = "tester" });
        var met = new List<string>();
        for (var shop = 0; shop < 100; shop++)
        {
            var answers = new HashSet<string>(StringComparer.Ordinal);
            for (var call = 0; call < 4; call++) answers.Add(await caller.Fan.CallAsync<string>($"shelf[{shop}].label.which", default));
            met.Add(Assert.Single(answers));
        }

        Assert.Equal(2, met.Distinct().Count());
    }

    // What the key is not is another for each call.
    private static string? Choose(int share, string? sticky, int key, int call)
    {
        var entry = RouteEntry.Parse(
            $$"""{"versions":{"1.0.0":{{100 - share}},"2.0.0":{{share}}}{{(sticky is null ? "" : $",\"sticky\":\"{sticky}\"")}}}""");
        var context = CallContext.Current with
        {
            User = sticky == "user" ? $"u{key}" : $"other {call}",
            Baggage = new Dictionary<string, string> { ["session"] = sticky == "session" ? $"s{key}" : $"other {call}" },
            ShardKeys = [$"of the caller {call}"],
        };
        return VersionChoice.Choose(
            entry,
            "s",
            VersionRange.Any,
            sticky is null ? (uint)key * 2654435761 : (uint)call * 2654435761,
            context,
            sticky == "shard" ? $"{key}" : null)?.Text;
    }

    private sealed class One : IShelf
    {
        public ValueTask<string> WhichAsync(CancellationToken ct = default) => new("one");
    }

    private sealed class Two : IShelfTwo
    {
        public ValueTask<string> WhichAsync(CancellationToken ct = default) => new("two");
    }
}
