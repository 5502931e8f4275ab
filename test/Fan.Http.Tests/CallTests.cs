using System.Text.Json;
using Fan.Coordination;

namespace Fan.Http.Tests;

public sealed class CallTests : IAsyncLifetime
{
    private readonly MemoryTree _tree = new();
    private readonly Cellar _cellar = new();
    private HttpHost _service = null!;
    private HttpHost _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await HttpHost.StartAsync(_tree, "cellars", fan => fan.AddService<ICellar>(_ => _cellar).AddService<ITill, Till>());
        _caller = await HttpHost.StartAsync(_tree, "caller");
    }

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task Every_shape_of_method_works_as_it_does_locally()
    {
        var cellar = _caller.Fan.Get<ICellar>();
        Assert.Equal(new Wine(7, "Rkatsiteli", 12.5m), await cellar.GetAsync(7));
        Assert.Equal("žluťoučký \"kůň\" 🍷\n", await cellar.EchoAsync("žluťoučký \"kůň\" 🍷\n"));
        Assert.Equal(5, cellar.Add(2, 3));
        Assert.Null(await cellar.NothingAsync());
        await cellar.RestockAsync(9);
        Assert.Equal([9], _cellar.Restocked);
        Assert.Equal([1, 2, 3, 4], await cellar.CountAsync(4).ToListAsync());
        Assert.Empty(await cellar.CountAsync(0).ToListAsync());
        Assert.Equal("till of shop a,b/c ž", await _caller.Fan.Get<ITill>("a,b/c ž").NameAsync());
    }

    [Fact]
    public async Task Calls_by_name_need_no_contract()
    {
        var wine = await _caller.Fan.CallAsync("cellar.get", JsonDocument.Parse("""{"id": 7}""").RootElement);
        Assert.Equal("Rkatsiteli", wine.GetProperty("name").GetString());
        Assert.Equal(JsonValueKind.Null, (await _caller.Fan.CallAsync("cellar.restock", JsonDocument.Parse("""{"id": 7}""").RootElement)).ValueKind);
        Assert.Equal("till of shop 42", (await _caller.Fan.CallAsync("shop[42].till.name", default)).GetString());
        Assert.Equal([1, 2], await _caller.Fan.StreamAsync("cellar.count", JsonDocument.Parse("""{"to": 2}""").RootElement).Select(item => item.GetInt32()).ToListAsync());
    }
}
