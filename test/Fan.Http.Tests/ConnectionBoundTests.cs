using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>A listener holds so many connections and no more; callers beyond go to another endpoint.</summary>
public sealed class ConnectionBoundTests : HttpTest
{
    private readonly Cellar _full = new();

    [Fact]
    public async Task Who_comes_beyond_the_bound_is_told_so_and_comes_in_when_there_is_room()
    {
        var address = await ServeAsync();
        using (var first = new RawClient(address))
        {
            await first.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
            Assert.Equal(200, (await first.ReadAsync())!.Status);
            var reply = await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""");
            Assert.Equal((503, "unavailable", "MaxConnections", "close"), (reply.Status, Json(reply.Text).GetProperty("code").GetString(), Json(reply.Text).GetProperty("place").GetString(), reply["Connection"]));
            using var http2 = new RawClient(address);
            await http2.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            Assert.Equal((4, 7), (await http2.ReadFrameTypeAsync(), await http2.ReadFrameTypeAsync()));
            Assert.Equal(1, _full.Calls);
        }

        await Eventually.TrueAsync(async () => (await RawClient.PostAsync(address, "/cellar/get", """{"id": 1}""")).Status == 200, "there is room again");
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task A_call_that_meets_the_bound_goes_to_another_endpoint(string version)
    {
        var address = await ServeAsync();
        using var first = new RawClient(address);
        await first.WriteAsync(RawClient.Request("POST /cellar/get HTTP/1.1", "", """{"id": 1}"""u8.ToArray()));
        Assert.Equal(200, (await first.ReadAsync())!.Status);
        var room = new Cellar();
        await StartAsync("others", fan => fan.AddService<ICellar>(_ => room));
        var caller = await StartAsync("caller", http: options => options.CallVersion = Version.Parse(version));
        await caller.SeesAsync("cellar", 2);
        for (var i = 0; i < 8; i++) await caller.Fan.Get<ICellar>().GetAsync(i);
        Assert.Equal((8, 1), (room.Calls, _full.Calls));
    }

    private async Task<Uri> ServeAsync() =>
        await AddressAsync(await StartAsync("cellars", fan => fan.AddService<ICellar>(_ => _full), options => options.MaxConnections = 1), "cellar");
}
