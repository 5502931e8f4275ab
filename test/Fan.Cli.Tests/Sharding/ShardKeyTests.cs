using System.Net.Http.Json;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Cli.Tests.Sharding;

/// <summary>A key is the same one however it is written: typed, by name, in the tool, in a path.</summary>
public sealed class ShardKeyTests : IAsyncLifetime
{
    private const int Samples = 40;

    private static readonly string[] Hard =
    [
        "[", "]", "a]b[c", "%", "%41", "100%", "a%2Cb", "a,b", "a.b", ".", "..", "/", "a/b", "?", "#", "a=b", " ", "+", "'", "\"", "\\",
        "\U0001f377",
        new string('é', ServiceName.MaxKeyLength), new string(']', ServiceName.MaxKeyLength),
    ];

    private static readonly Gen<string> Keys = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 1, 40], Gen.String[Gen.Char['\u00a0', '\ud7ff'], 1, 20],
        Gen.Int[0, Hard.Length - 1].Select(i => Hard[i]));

    private readonly Place _place = new();
    private readonly int _port = Place.FreePort();
    private IFan _fan = null!;

    public async ValueTask InitializeAsync()
    {
        var server = await _place.StartAsync(
            "tills", fan => fan.AddService<ITill, Till>().Shard<ITill>(16).AddHttp(http => http.Port = _port));
        _ = server;
        _fan = (await _place.StartAsync("caller", _ => { })).Services.GetRequiredService<IFan>();
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Any_key_is_one_key_however_it_is_written()
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_port}") };
        await Keys.SampleAsync(
            async key =>
            {
                var expected = "till of shop " + key;
                var name = $"shop[{ServiceName.EscapeKey(key)}].till";
                Assert.Equal(expected, await _fan.Get<ITill>(key).NameAsync());
                Assert.Equal(expected, await _fan.CallAsync<string>(name + ".name", default));
                foreach (var path in (string[])[$"/shop[{Uri.EscapeDataString(key)}].till/name", $"/{Uri.EscapeDataString(name)}/name"])
                {
                    var request = new Uri(
                        $"http://127.0.0.1:{_port}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
                    using var reply = await client.PostAsync(request, JsonContent.Create(new { }));
                    Assert.Equal(expected, await reply.Content.ReadFromJsonAsync<string>());
                }
            },
            iter: Samples, threads: 1);
        foreach (var key in (string[])["a]b[c", "100%", "%41", "café, 7"])
        {
            Assert.Equal(
                "till of shop " + key,
                (await _place.RunAsync("call", $"shop[{ServiceName.EscapeKey(key)}].till.name", "--json")).Succeeded().Json.GetString());
        }
    }

    [Fact]
    public async Task Keys_in_other_brackets_are_refused_before_anybody_is_called()
    {
        var error = await Assert.ThrowsAsync<FormatException>(async () => await _fan.CallAsync<string>("shop.till[7].name", default));
        Assert.Equal("'shop.till[7]' has its shard keys in other places than 'shop[shop_id].till'.", error.Message);
        (await _place.RunAsync("call", "shop.till[7].name")).Failed(2, "has its shard keys in other places than 'shop[shop_id].till'");
    }
}
