namespace Fan.Cli.Tests.Changes;

/// <summary>A proxy that is put in and out by the tool, over the HTTP route.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private readonly Place _place = new();
    private int _passed;

    public async ValueTask InitializeAsync()
    {
        await _place.StartPricesAsync();
        await _place.StartAsync("proxies", fan => fan.AddProxy("price_proxy", "price", (call, ct) =>
        {
            Interlocked.Increment(ref _passed);
            return call.ForwardAsync(null, ct);
        }));
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task A_proxy_is_put_in_and_out_and_shown_where_it_stands()
    {
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        var direct = (await _place.RunAsync("call", "price.which")).Succeeded().Out;
        (await _place.RunAsync("switch", "price=@price_proxy")).Succeeded();
        Assert.Equal(direct, (await _place.RunAsync("call", "price.which")).Succeeded().Out);
        Assert.Equal(1, _passed);
        Assert.Matches(@"(?m)^price +@price_proxy \(1\.0\.0 behind it\) ", (await _place.RunAsync("show")).Succeeded().Out);
        Assert.Contains(
            "A proxy: it stands before price, and has the methods of that.",
            (await _place.RunAsync("info", "price_proxy")).Succeeded().Out,
            StringComparison.Ordinal);
        Assert.Equal("price", (await _place.RunAsync(
            "info", "price_proxy", "--json")).Succeeded().Json.GetProperty("versions")[0].GetProperty("before").GetString());
        (await _place.RunAsync("switch", "tax=@price_proxy")).Failed(1, "stands before 'price' and takes no calls of 'tax'");

        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        Assert.Equal(direct, (await _place.RunAsync("call", "price.which")).Succeeded().Out);
        Assert.Equal(1, _passed);
    }

    [Fact]
    public async Task What_is_no_commit_is_named_with_its_node()
    {
        (await _place.RunAsync("switch", "price=1.0.0")).Succeeded();
        await _place.PutAsync("/fan/commits/0000000007", "garbage");
        (await _place.RunAsync("log")).Failed(1, "The node '/fan/commits/0000000007' can't be read");
        (await _place.RunAsync("show", "7")).Failed(1, "The node '/fan/commits/0000000007' can't be read");
    }
}
