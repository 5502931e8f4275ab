using System.Text.Json;
using CsCheck;
using Fan.Generated;

namespace Fan.Generators.Tests.Compact;

/// <summary>What goes in comes out.</summary>
public sealed class CompactRoundTripTests
{
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 60], Gen.String[OneOf('a', 'é', '€', '\0', '"'), 0, 200], Gen.Const("😀"));

    private static readonly Gen<DateTime> Moments = Gen.Select(
        Gen.Long[0, DateTime.MaxValue.Ticks],
        OneOf(DateTimeKind.Utc, DateTimeKind.Unspecified),
        (ticks, kind) => new DateTime(ticks, kind));

    private static readonly Gen<DateTimeOffset> Offsets = Gen.Select(
        Gen.Long[TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay],
        Gen.Int[-840, 840],
        (ticks, minutes) => new DateTimeOffset(ticks, TimeSpan.FromMinutes(minutes)));

    private static readonly Gen<Scalars> AllScalars =
        from a in Gen.Select(Gen.Bool, Gen.Byte, Gen.SByte, Gen.Short, Gen.UShort, Gen.Int, Gen.UInt, Gen.Long)
        from b in Gen.Select(Gen.ULong, Gen.Char.AlphaNumeric, Gen.Float, Gen.Double, Gen.Decimal, Text, Gen.Guid)
        from c in Gen.Select(
            Moments,
            Offsets,
            Gen.DateOnly,
            Gen.TimeOnly,
            Gen.TimeSpan,
            OneOf(Size.Small, Size.Large, (Size)7),
            OneOf(Depth.Deep, Depth.High))
        select new Scalars(
            a.Item1,
            a.Item2,
            a.Item3,
            a.Item4,
            a.Item5,
            a.Item6,
            a.Item7,
            a.Item8,
            b.Item1,
            b.Item2,
            b.Item3,
            b.Item4,
            b.Item5,
            b.Item6,
            b.Item7,
            c.Item1, c.Item2, c.Item3, c.Item4, c.Item5, c.Item6, c.Item7, new Uri("https://example.org/a?b=" + a.Item2));

    private static readonly Gen<Node> Nodes = Gen.Recursive<Node>((depth, node) => depth > 3
        ? Text.Select(name => new Node(name, null, null))
        : Gen.Select(
            Text,
            node.Null(),
            node.Null(),
            node.List[0, 2],
            (name, left, right, others) => new Node(name, left, right) { Others = others }));

    private static readonly Gen<Collections> AllCollections =
        from a in Gen.Select(
            Gen.Int.Array,
            Text.Null().List,
            Gen.Select(Gen.Int, Gen.Int, (x, y) => new Point(x, y)).List,
            Nodes.Null().List[0, 3],
            Gen.Int.HashSet,
            Gen.Int.Array[0, 4].Array[0, 4],
            Gen.Byte.Array)
        from b in Gen.Select(
            Gen.Dictionary(Text, Gen.Int),
            Gen.Dictionary(Gen.Int, Nodes.Null())[0, 3],
            Gen.Dictionary(Gen.Guid, Text.List),
            Gen.Int.Nullable())
        select new Collections(
            a.Item1,
            a.Item2,
            a.Item3,
            a.Item4,
            a.Item5,
            a.Item6,
            a.Item7,
            a.Item7,
            b.Item1,
            b.Item2,
            new Dictionary<Guid, List<string>>(b.Item3),
            new() { [Size.Small] = b.Item4, [Size.Large] = null });

    private readonly IKeeper _keeper = Client(new Keeper());

    [Fact]
    public void Every_scalar() => AllScalars.Sample(value =>
    {
        var back = Wait(_keeper.ScalarsAsync(value));
        Assert.Equal(value, back);
        Assert.Equal(value.At.Kind, back.At.Kind);
        Assert.Equal(value.Since.Offset, back.Since.Offset);
    });

    [Fact]
    public void Every_collection() =>
        AllCollections.Sample(value => Assert.Equal(Json(value), Json(Wait(_keeper.CollectionsAsync(value)))));

    [Fact]
    public void Values_within_values() => Nodes.Null().Sample(value => Assert.Equal(Json(value), Json(Wait(_keeper.NodeAsync(value)))));

    [Fact]
    public async Task What_may_be_null_is_null_or_there()
    {
        var nothing = new Optionals(null, null, null, null, null, null, null, null, null, null, null, null, null, null);
        Assert.Equal(nothing, await _keeper.OptionalsAsync(nothing, TestContext.Current.CancellationToken));
        var all = new Optionals(
            true,
            -7,
            0.5,
            12.30m,
            Guid.NewGuid(),
            DateTime.UnixEpoch,
            DateTimeOffset.UnixEpoch,
            Size.Large,
            "",
            new Uri("a/b", UriKind.Relative),
            new Point(1, 2),
            new Node("a", null, null),
            [],
            [1, null, -3]);
        Assert.Equal(Json(all), Json(await _keeper.OptionalsAsync(all, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_local_time_stays_the_same_moment()
    {
        var value = AllScalars.Single() with { At = DateTime.SpecifyKind(new DateTime(2026, 3, 1), DateTimeKind.Local) };
        var back = await _keeper.ScalarsAsync(value, TestContext.Current.CancellationToken);
        Assert.Equal((value.At, DateTimeKind.Local), (back.At, back.At.Kind));
    }

    [Fact]
    public async Task Objects_are_filled_as_json_fills_them()
    {
        var value = new Derived { Set = "a", Init = "b", Required = 3, Named = 4, Ignored = 5, Pair = new(1, "one") };
        var back = await _keeper.FilledAsync(value, TestContext.Current.CancellationToken);
        Assert.Equal(
            ("a", "b", 3, 4, 0, new Pair<int, string>(1, "one")),
            (back.Set, back.Init, back.Required, back.Named, back.Ignored, back.Pair));
        var plain = await _keeper.PlainAsync(new Plain { Number = 1, Text = "x" }, TestContext.Current.CancellationToken);
        Assert.Equal((1, "x"), (plain.Number, plain.Text));
        var file = await _keeper.FileAsync(
            new FileContent("a.txt", new byte[] { 1, 2 }, "text/plain"), TestContext.Current.CancellationToken);
        Assert.Equal(("a.txt", "text/plain", "0102"), (file.FileName, file.ContentType, Convert.ToHexString(file.Content.Span)));
    }

    [Fact]
    public async Task Optional_arguments_have_their_values_or_their_defaults()
    {
        Assert.Equal("1 text Large 1.5 3 NaN null", await _keeper.ArgumentsAsync(1, ct: TestContext.Current.CancellationToken));
        Assert.Equal(
            "1 null Small 2 null 0 a+b",
            await _keeper.ArgumentsAsync(1, null, Size.Small, 2, null, 0, ["a", "b"], TestContext.Current.CancellationToken));
        Assert.Null(await _keeper.NumberAsync(null, TestContext.Current.CancellationToken));
        Assert.Equal(0, await _keeper.NumberAsync(0, TestContext.Current.CancellationToken));
        Assert.Equal(
            [new(0, 0), new(1, -1), new(2, -2)],
            await _keeper.PointsAsync(3, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Services_of_the_other_tests_are_carried_too() =>
        Assert.All(GeneratedContracts.Of<IWines>().Methods, method => Assert.True(method.IsCompact, method.Name));

    [Fact]
    public void What_only_json_can_carry_goes_as_json() =>
        Assert.All(GeneratedContracts.Of<IJsonOnly>().Methods, method => Assert.False(method.IsCompact, method.Name));

    internal static IKeeper Client(object service) =>
        GeneratedContracts.Of<IKeeper>().CreateClient(new LoopbackChannel(service, new CompactTestCodec()));

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static T Wait<T>(ValueTask<T> pending) => pending.AsTask().GetAwaiter().GetResult();

    private static string Json<T>(T value) => JsonSerializer.Serialize(value);
}
