using System.Globalization;
using System.Text;
using System.Text.Json;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>What is no number has its name in ordinary requests, and in the replies to them.</summary>
public sealed class NamedNumberTests : HttpTest
{
    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("scale", fan => fan.AddService<IScale, Scale>());
        _address = await AddressAsync(_service, "scale");
    }

    [Theory]
    [InlineData("/scale/NaN", "NaN  ")]
    [InlineData("/scale/-Infinity?half=Infinity&more=NaN,1,-Infinity", "-Infinity Infinity NaN|1|-Infinity")]
    [InlineData("/scale/1?half=NaN&more=Infinity&more=2", "1 NaN Infinity|2")]
    [InlineData("/scale/1?more=[\"NaN\",3]", "1  NaN|3")]
    public async Task In_a_path_and_a_query(string target, string expected) =>
        Assert.Equal(expected, Json((await RawClient.SendAsync(_address, $"GET {target} HTTP/1.1")).Text).GetString());

    [Fact]
    public async Task In_forms_and_bodies()
    {
        Assert.Equal(
            "NaN Infinity -Infinity",
            Json((await PostAsync("weight=NaN&half=Infinity&more=-Infinity", "application/x-www-form-urlencoded")).Text).GetString());
        Assert.Equal("NaN Infinity -Infinity", Json(
            (await PostAsync("""{"weight": "NaN", "half": "Infinity", "more": ["-Infinity"]}""", "application/json")).Text).GetString());
    }

    [Theory]
    [InlineData("/scale/nan")]
    [InlineData("/scale/INF")]
    public async Task No_other_word_is_one(string target)
    {
        var reply = await RawClient.SendAsync(_address, $"GET {target} HTTP/1.1");
        Assert.Equal((400, "weight"), (reply.Status, Json(reply.Text).GetProperty("place").GetString()));
    }

    [Fact]
    public async Task In_replies_as_text() =>
        Assert.Equal("""{"weight":"NaN","parts":[1.5,"Infinity"]}""", (await RawClient.PostAsync(_address, "/scale/read", "{}")).Text);

    [Fact]
    public async Task The_document_says_that_they_are_numbers()
    {
        var document = Json((await RawClient.SendAsync(_address, "GET /openapi.json HTTP/1.1")).Text);
        var schema = document.GetProperty("components")
            .GetProperty("schemas")
            .GetProperty("Weighed")
            .GetProperty("properties")
            .GetProperty("weight");
        Assert.True(
            JsonElement.DeepEquals(JsonDocument.Parse("""{"type": "number", "format": "double"}""").RootElement, schema),
            schema.GetRawText());
    }

    private Task<RawRequest> PostAsync(string body, string contentType) =>
        RawClient.SendAsync(_address, "POST /scale HTTP/1.1", $"Content-Type: {contentType}\r\n", Encoding.UTF8.GetBytes(body));
}

public sealed record Weighed(double Weight, IReadOnlyList<float> Parts);

[Service("scale")]
public interface IScale
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/scale/{weight}")]
    ValueTask<string> WeighAsync(double weight, float? half = null, IReadOnlyList<double>? more = null, CancellationToken ct = default);

    [HttpRoute("POST", "/scale", ContentType = "application/x-www-form-urlencoded")]
    ValueTask<string> PutAsync(double weight, float? half = null, IReadOnlyList<double>? more = null, CancellationToken ct = default);

    ValueTask<Weighed> ReadAsync(CancellationToken ct = default);
}

internal sealed class Scale : IScale
{
    public ValueTask<string> WeighAsync(
        double weight, float? half = null, IReadOnlyList<double>? more = null, CancellationToken ct = default) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"{weight} {half} {string.Join('|', (more ?? []).Select(one => one.ToString(CultureInfo.InvariantCulture)))}"));

    public ValueTask<string> PutAsync(
        double weight, float? half = null, IReadOnlyList<double>? more = null, CancellationToken ct = default) =>
        WeighAsync(weight, half, more, ct);

    public ValueTask<Weighed> ReadAsync(CancellationToken ct = default) => new(new Weighed(double.NaN, [1.5f, float.PositiveInfinity]));
}
