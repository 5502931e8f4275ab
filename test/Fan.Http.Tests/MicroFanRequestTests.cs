using System.Runtime.CompilerServices;
using System.Text;
using Fan.Conformance.Transports;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Http.Tests;

/// <summary>A service with a shard key and a sequence, neither of which micro-fan has.</summary>
[Service("shop[shop_id].stock", Version = "1.0.0")]
public interface IStock
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/shops/{shop_id}/stock/{item}")]
    ValueTask<string> CountAsync(int item, bool all = false, CancellationToken ct = default);

    [HttpRoute("POST", "/shops/{shop_id}/stock")]
    ValueTask<string> AddAsync(int item, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/stock/{shop_id}")]
    IAsyncEnumerable<int> ListAsync(int count, int failAt = -1, CancellationToken ct = default);

    ValueTask<string> NameAsync(string suffix = "", CancellationToken ct = default);
}

internal sealed class Stock : IStock
{
    private static string Shop => CallContext.Current.ShardKeys is [var shop] ? shop : "none";

    public ValueTask<string> CountAsync(int item, bool all = false, CancellationToken ct = default) => new($"{Shop} {item} {all}");

    public ValueTask<string> AddAsync(int item, CancellationToken ct = default) => new($"{Shop} {item}");

    public ValueTask<string> NameAsync(string suffix = "", CancellationToken ct = default) => new(Shop + suffix);

    public async IAsyncEnumerable<int> ListAsync(int count, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        for (var i = 1; i <= count; i++)
        {
            if (i == failAt) throw new ServiceFaultException("enough", "No more.");
            await Task.Yield();
            yield return i;
        }
    }
}

/// <summary>Requests as micro-fan sends them, to what it does not have itself.</summary>
public sealed class MicroFanRequestTests : HttpTest
{
    private const string Headers = "ot-span-id: ba6b948a65b4189a\r\not-trace-id: 372b0db3bc3f9c0\r\not-baggage: {}\r\not-sampled: true\r\n";

    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("stocks", fan => fan.AddService<IStock, Stock>());
        _address = await AddressAsync(_service, "shop.stock");
    }

    [Theory]
    [InlineData("GET /shops/42/stock/7?shop_id=42&item=7&all=True", "", "42 7 True")]
    [InlineData("GET /shops/a%2Fb%2Cc/stock/7?shop_id=a%2Fb%2Cc&item=7", "", "a/b,c 7 False")]
    [InlineData("POST /shops/42/stock", """{"shop_id": 42, "item": 7}""", "42 7")]
    [InlineData("POST /shops/42/stock", """{"shop_id": "42", "item": 7}""", "42 7")]
    [InlineData("POST /shop[42].stock/name", """{"shop_id": 42, "suffix": "!"}""", "42!")]
    [InlineData("POST /shop%5B42%5D.stock/name", """{"shop_id": "42"}""", "42")]
    [InlineData("POST /shop[42].stock/name", "", "42")]
    public async Task Shard_keys_stand_in_the_path_and_once_more_beside_it(string request, string body, string expected)
    {
        var reply = await RawClient.SendAsync(
            _address,
            request + " HTTP/1.1",
            Headers + (body.Length == 0 ? "" : "Content-Type: application/json\r\n"),
            Encoding.UTF8.GetBytes(body));
        Assert.Equal((200, expected), (reply.Status, reply.Status == 200 ? Json(reply.Text).GetString() : reply.Text));
    }

    [Theory]
    [InlineData("GET /shops/42/stock/7?shop_id=43", "", "shop_id")]
    [InlineData("POST /shops/42/stock", """{"shop_id": 43, "item": 7}""", "shop_id")]
    [InlineData("POST /shop[42].stock/name", """{"shop_id": 43}""", "shop_id")]
    [InlineData("POST /shop[42].stock/name", """{"other": 42}""", "other")]
    [InlineData("POST /shops/42/stock", """{"item": NaN}""", "")]
    public async Task What_does_not_fit_the_path_is_refused(string request, string body, string place)
    {
        var reply = await RawClient.SendAsync(
            _address,
            request + " HTTP/1.1",
            Headers + (body.Length == 0 ? "" : "Content-Type: application/json\r\n"),
            Encoding.UTF8.GetBytes(body));
        Assert.Equal((400, "bad_argument", place), (
            reply.Status,
            Json(reply.Text).GetProperty("code").GetString(),
            Json(reply.Text).TryGetProperty("place", out var told) ? told.GetString() : ""));
    }

    [Fact]
    public async Task The_urls_of_the_registration_have_the_shard_keys_where_micro_fan_puts_them()
    {
        var endpoint = Assert.Single(await _service.Services.GetRequiredService<IEndpointDirectory>().FindAsync("shop.stock"));
        Assert.Equal(
            [
                "GET /shops/{shop_id}/stock/{item}",
                "POST /shops/{shop_id}/stock",
                "GET /stock/{shop_id}",
                "POST /shop[{shop_id}].stock/name"
            ],
            endpoint.Description.Methods.Select(method => $"{method.Verb} {method.Url}"));
    }

    [Theory]
    [InlineData("count=3", "[1\n,2\n,3\n]")]
    [InlineData("count=0", "[]")]
    public async Task A_sequence_is_one_array_to_who_reads_one_value(string query, string expected)
    {
        foreach (var headers in (string[])[Headers, "HTTP_OT_TRACE_ID: 1\r\n"])
        {
            var reply = await RawClient.SendAsync(_address, $"GET /stock/42?shop_id=42&{query} HTTP/1.1", headers);
            Assert.True(reply.Status == 200, reply.Text);
            Assert.Equal(("application/json", expected), (reply["Content-Type"], reply.Text));
        }

        Assert.Equal("application/x-ndjson", (await RawClient.SendAsync(_address, $"GET /stock/42?{query} HTTP/1.1"))["Content-Type"]);
    }

    [Fact]
    public async Task A_sequence_that_fails_is_an_error_or_breaks_off_and_is_never_taken_for_whole()
    {
        var reply = await RawClient.SendAsync(_address, "GET /stock/42?count=3&fail_at=1 HTTP/1.1", Headers);
        Assert.Equal((422, "enough"), (reply.Status, Json(reply.Text).GetProperty("error_type").GetString()));
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("ot-trace-id", "1");
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(new Uri(_address, "/stock/42?count=3&fail_at=3")));
    }
}
