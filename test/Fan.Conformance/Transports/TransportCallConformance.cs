using System.Text.Json;

namespace Fan.Conformance.Transports;

/// <summary>Methods of every shape, arguments of every kind.</summary>
public abstract class TransportCallConformance : TransportConformance
{
    [Fact]
    public async Task Every_shape_of_method_works_as_it_does_locally()
    {
        Assert.Equal(new Wine(7, "Rkatsiteli", 12.5m), await Remote.GetAsync(7));
        Assert.Equal("žluťoučký \"kůň\" 🍷\n\0", await Remote.EchoAsync("žluťoučký \"kůň\" 🍷\n\0"));
        Assert.Equal(5, Remote.Add(2, 3));
        Remote.Touch();
        Assert.Equal(1, Cellar.Touched);
        Assert.Null(await Remote.NothingAsync());
        Assert.Equal([1, 2, 3, 4], await Remote.CountAsync(4).ToListAsync());
        Assert.Empty(await Remote.CountAsync(0).ToListAsync());
    }

    [Fact]
    public async Task A_push_arrives()
    {
        await Remote.RestockAsync(9);
        await Eventually.TrueAsync(
            () =>
            {
                lock (Cellar.Restocked) return Task.FromResult(Cellar.Restocked.Count == 1);
            },
            "the push arrived");
        Assert.Equal([9], Cellar.Restocked);
    }

    [Fact]
    public async Task Arguments_and_results_of_every_kind_arrive_as_they_were()
    {
        var filter = new WineFilter(
            null,
            Colour.White,
            [2019, 2020],
            new() { ["ž"] = new Wine(1, "x", 0.1m) },
            new DateTimeOffset(2024, 2, 29, 1, 2, 3, TimeSpan.FromHours(4)));
        var id = Guid.NewGuid();
        var seen = await Remote.ReflectAsync(filter, Colour.White, long.MaxValue, null, 1e-300, flag: false, [0, 255, 10], id);
        Assert.Equivalent(filter, seen.Filter, strict: true);
        Assert.Equal(
            (Colour.White, long.MaxValue, null, 1e-300, false, id), (seen.Colour, seen.Most, seen.Text, seen.Weight, seen.Flag, seen.Id));
        Assert.Equal([0, 255, 10], seen.Bytes);
    }

    [Fact]
    public async Task A_file_keeps_its_name_type_and_bytes()
    {
        var bytes = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        var stamped = await Remote.StampAsync(new FileContent("label ž.png", bytes, "image/png"));
        Assert.Equal(("stamped label ž.png", "image/png"), (stamped.FileName, stamped.ContentType));
        Assert.Equal(bytes, stamped.Content.ToArray());
    }

    [Theory]
    [InlineData("42")]
    [InlineData("a,b/c ž%2C")]
    [InlineData("..")]
    public async Task Shard_keys_arrive_as_they_were(string key) =>
        Assert.Equal("till of shop " + key, await Caller.Fan.Get<ITill>(key).NameAsync());

    [Fact]
    public async Task Calls_by_name_need_no_contract()
    {
        var wine = await Caller.Fan.CallAsync("cellar.get", Json("""{"id": 7}"""));
        Assert.Equal("Rkatsiteli", wine.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, (await Caller.Fan.CallAsync("cellar.restock", Json("""{"id": 7}"""))).ValueKind);
        Assert.Equal(JsonValueKind.Null, (await Caller.Fan.CallAsync("cellar.nothing", default)).ValueKind);
        Assert.Equal("till of shop 42", (await Caller.Fan.CallAsync("shop[42].till.name", default)).GetString());
        Assert.Equal(
            [1, 2], await Caller.Fan.StreamAsync("cellar.count", Json("""{"to": 2}""")).Select(item => item.GetInt32()).ToListAsync());
    }

    [Fact]
    public async Task Many_calls_at_once_each_get_their_own_reply()
    {
        var calls = Enumerable.Range(0, 200)
            .Select(async i => (i, await Remote.EchoAsync(new string((char)('a' + (i % 26)), i * 37)))).ToList();
        foreach (var (i, text) in await Task.WhenAll(calls)) Assert.Equal(new string((char)('a' + (i % 26)), i * 37), text);
        var sequences = Enumerable.Range(0, 20).Select(i => Remote.CountAsync(i * 10).CountAsync().AsTask()).ToList();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i * 10), await Task.WhenAll(sequences));
    }

    protected static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
