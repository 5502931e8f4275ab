using System.Text;
using System.Text.Json;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>Our services as curl, a browser or micro-fan sees them.</summary>
public sealed class OrdinaryRequestTests : HttpTest
{
    private readonly Wines _wines = new();
    private TransportApplication _service = null!;
    private Uri _address = null!;

    public override async ValueTask InitializeAsync()
    {
        _service = await StartAsync("wines", fan => fan.AddService<IWines>(_ => _wines).AddService<ITill, Till>());
        _address = await AddressAsync(_service, "wines");
    }

    [Theory]
    [InlineData("/wines/7", "7 full= years=- text=- Red")]
    [InlineData("/wines/7?full=True&years=2019%2C2020&text=a+b%26c%2F%C3%A9", "7 full=True years=2019|2020 text=a b&c/é Red")]
    [InlineData("/wines/7?text=a+b%26c/%C3%A9&years=1,2&full=True", "7 full=True years=1|2 text=a b&c/é Red")]
    [InlineData("/wines/7?full=false&years=2019&years=2020&colour=white", "7 full=False years=2019|2020 text=- White")]
    [InlineData("/wines/7?years=1,2,3&colour=1", "7 full= years=1|2|3 text=- White")]
    [InlineData("/wines/7?years=[4,5]&full=", "7 full= years=4|5 text=- Red")]
    [InlineData("/wines/7?years=&text=", "7 full= years= text= Red")]
    [InlineData("/wines/7?inventory_id=7&inventoryId=7", "7 full= years=- text=- Red")]
    [InlineData("/wines/%37", "7 full= years=- text=- Red")]
    [InlineData("/wines/-7", "-7 full= years=- text=- Red")]
    [InlineData("/wines/by-name/a%2Fb%20c%3Fd%23e%25%C3%A9/", "found a/b c?d#e%é")]
    [InlineData("/wines/by-name/..%2F..%2Fetc/", "found ../../etc")]
    [InlineData("/wines/by-name/%FF/", "found %FF")]
    public async Task Path_and_query_become_arguments(string target, string expected)
    {
        var reply = await RawClient.SendAsync(_address, $"GET {target} HTTP/1.1");
        Assert.Equal(("HTTP/1.1 200 OK", "application/json"), (reply.Start, reply["Content-Type"]));
        Assert.Equal(expected, Json(reply.Text).GetString());
    }

    [Theory]
    [InlineData("GET", "/wines/x", 400, "inventory_id")]
    [InlineData("GET", "/wines/99999999999", 400, "inventory_id")]
    [InlineData("GET", "/wines/7?years=1,x", 400, "years[1]")]
    [InlineData("GET", "/wines/7?full=perhaps", 400, "full")]
    [InlineData("GET", "/wines/7?full=true&full=false", 400, "full")]
    [InlineData("GET", "/wines/7?colour=green", 400, "colour")]
    [InlineData("GET", "/wines/7?extra=1", 400, "extra")]
    [InlineData("GET", "/wines/7?inventory_id=8", 400, "inventory_id")]
    [InlineData("POST", "/wines/7/price", 400, "price")]
    public async Task A_bad_argument_is_named(string verb, string target, int status, string place)
    {
        var refused = _service.Rejected;
        var reply = await RawClient.SendAsync(_address, $"{verb} {target} HTTP/1.1");
        Assert.Equal((status, "bad_argument", place), (reply.Status, Problem(reply, "code"), Problem(reply, "place")));
        Assert.Equal(refused + 1, _service.Rejected);
    }

    [Theory]
    [InlineData("""{"inventory_id": 7, "price": 1.5}""", "7 1.5 EUR")]
    [InlineData("""{"price": 1.5, "currency": null}""", "7 1.5 -")]
    [InlineData("""{"inventory_id": "7", "price": "1.5", "currency": "GEL"}""", "7 1.5 GEL")]
    public async Task Path_and_json_become_arguments(string json, string expected) =>
        Assert.Equal(expected, Json((await RawClient.PostAsync(_address, "/wines/7/price", json)).Text).GetString());

    [Theory]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/vnd.wine+json", 200)]
    [InlineData("text/plain", 415)]
    [InlineData("application/x-fan", 415)]
    [InlineData("application/xml", 415)]
    [InlineData("multipart/form-data", 415)]
    [InlineData("nonsense", 415)]
    public async Task Other_content_types_are_refused(string contentType, int status)
    {
        foreach (var path in (string[])["/wines/7/price", "/wines/set_price"])
        {
            var json = path.Contains('7', StringComparison.Ordinal) ? """{"price": 1}""" : """{"inventory_id": 7, "price": 1}""";
            var reply = await RawClient.SendAsync(
                _address, $"POST {path} HTTP/1.1", $"Content-Type: {contentType}\r\n", Encoding.UTF8.GetBytes(json));
            Assert.Equal(status, reply.Status);
            if (status != 200) Assert.Equal(("bad_message", "content-type"), (Problem(reply, "code"), Problem(reply, "place")));
        }
    }

    [Fact]
    public async Task A_body_without_a_content_type_is_json() =>
        Assert.Equal(200, (await RawClient.SendAsync(_address, "POST /wines/7/price HTTP/1.1", "", """{"price": 1}"""u8.ToArray())).Status);

    [Theory]
    [InlineData("/orders", "name=a+b%26%C3%A9&count=3&gift=True&sizes=1&sizes=2", "a b&é 3 True 1|2")]
    [InlineData("/wines/order", "name=x&count=3&sizes=1%2C2", "x 3 False 1|2")]
    [InlineData("/orders", "name=x&count=3&gift=", "")]
    [InlineData("/wines/order", """{"name": "as curl -d says it", "count": 2}""", "as curl -d says it 2 False ")]
    [InlineData("/orders", """{"name": "as curl -d says it", "count": 2}""", "as curl -d says it 2 False ")]
    public async Task An_urlencoded_form_becomes_arguments(string path, string form, string expected)
    {
        var reply = await RawClient.SendAsync(
            _address, $"POST {path} HTTP/1.1", "Content-Type: application/x-www-form-urlencoded\r\n", Encoding.UTF8.GetBytes(form));
        if (expected.Length > 0) Assert.Equal(expected, Json(reply.Text).GetString());
        else Assert.Equal((400, "gift"), (reply.Status, Problem(reply, "place")));
    }

    [Fact]
    public async Task A_multipart_form_becomes_arguments()
    {
        var body = Multipart(
            "name=\"note\"\r\n\r\na ž",
            "name=\"tags\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\none",
            "name=\"tags\"\r\n\r\ntwo,three",
            "name=\"public_\"\r\n\r\nTrue",
            "name=\"label\"; filename=\"../dir\\label ž.png\"\r\nContent-Type: image/png\r\n\r\nhi\r\n--x");
        var reply = await RawClient.SendAsync(
            _address, "PUT /wines/7/label HTTP/1.1", "Content-Type: multipart/form-data; boundary=BoUnDaRy\r\n", body);
        Assert.Equal("7 label ž.png image/png 68690D0A2D2D78 note=a ž tags=one|two,three True", Json(reply.Text).GetString());
    }

    [Theory]
    [InlineData("one, two")]
    [InlineData("[\"one\"]")]
    [InlineData("")]
    public async Task A_list_of_one_text_in_a_form_is_that_text(string tag)
    {
        var body = Multipart("name=\"tags\"\r\n\r\n" + tag, "name=\"label\"; filename=\"l\"\r\nContent-Type: image/png\r\n\r\nhi");
        var multipart = await RawClient.SendAsync(
            _address, "PUT /wines/7/label HTTP/1.1", "Content-Type: multipart/form-data; boundary=BoUnDaRy\r\n", body);
        Assert.Equal($"7 l image/png 6869 note= tags={tag} False", Json(multipart.Text).GetString());
        var urlEncoded = await RawClient.SendAsync(
            _address,
            "POST /tags HTTP/1.1",
            "Content-Type: application/x-www-form-urlencoded\r\n",
            Encoding.UTF8.GetBytes("tags=" + Uri.EscapeDataString(tag)));
        Assert.Equal("1: " + tag, Json(urlEncoded.Text).GetString());
        Assert.Equal("2: one| two", Json((await RawClient.SendAsync(_address, "GET /tagged?tags=one,%20two HTTP/1.1")).Text).GetString());
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=BoUnDaRy", "name=\"note\"\r\n\r\nx", "bad_argument", "label")]
    [InlineData("multipart/form-data; boundary=BoUnDaRy", "filename=\"x\"\r\n\r\nx", "bad_message", "body")]
    [InlineData("multipart/form-data; boundary=BoUnDaRy", "name=\"label\"\r\n\r\nno file", "bad_argument", "label")]
    [InlineData("multipart/form-data; boundary=Other", "name=\"note\"\r\n\r\nx", "bad_message", "body")]
    [InlineData("multipart/form-data; boundary=", "name=\"note\"\r\n\r\nx", "bad_message", "content-type")]
    public async Task A_bad_multipart_form_is_refused(string contentType, string part, string code, string place)
    {
        var reply = await RawClient.SendAsync(_address, "PUT /wines/7/label HTTP/1.1", $"Content-Type: {contentType}\r\n", Multipart(part));
        Assert.Equal((code, place), (Problem(reply, "code"), Problem(reply, "place")));
    }

    [Fact]
    public async Task A_multipart_form_that_breaks_off_is_refused()
    {
        var whole = Multipart("name=\"note\"\r\n\r\nlonger than what comes");
        foreach (var length in (int[])[1, 12, 30, 60, whole.Length - 20])
        {
            var reply = await RawClient.SendAsync(
                _address, "PUT /wines/7/label HTTP/1.1", "Content-Type: multipart/form-data; boundary=BoUnDaRy\r\n", whole[..length]);
            Assert.Equal("bad_message", Problem(reply, "code"));
        }
    }

    [Fact]
    public async Task Replies_have_the_forms_that_micro_fan_takes()
    {
        var done = await RawClient.SendAsync(_address, "DELETE /wines/7?force=True HTTP/1.1", "Content-Length: 0\r\n");
        Assert.Equal((204, null), (done.Status, done["Content-Type"]));
        var list = await RawClient.SendAsync(_address, "GET /wines?count=3 HTTP/1.1");
        Assert.Equal(("application/x-ndjson", "1\n2\n3\n"), (list["Content-Type"], list.Text));
        Assert.Equal("", (await RawClient.SendAsync(_address, "GET /wines?count=0 HTTP/1.1")).Text);
        var failed = await RawClient.SendAsync(_address, "GET /wines?count=9 HTTP/1.1");
        var lines = failed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["1", "2", "3"], lines[..3]);
        Assert.Equal("enough", Json(lines[3]).GetProperty("$error").GetProperty("error_type").GetString());
    }

    [Fact]
    public async Task The_more_literal_template_wins() =>
        Assert.Equal(
            "Saperavi", Json((await RawClient.SendAsync(_address, "GET /wines/best HTTP/1.1")).Text).GetProperty("name").GetString());

    [Theory]
    [InlineData("PATCH", "/wines/7", 405, "GET, DELETE, HEAD")]
    [InlineData("GET", "/orders", 405, "POST")]
    [InlineData("GET", "/wines/order", 405, "")]
    [InlineData("POST", "/openapi.json", 405, "GET, HEAD")]
    [InlineData("BREW", "/orders", 405, "POST")]
    public async Task A_wrong_verb_is_told_the_right_ones(string verb, string path, int status, string allowed)
    {
        var reply = await RawClient.SendAsync(_address, $"{verb} {path} HTTP/1.1");
        if (allowed.Length == 0)
        {
            // /wines/{inventory_id} takes it first.
            Assert.Equal(400, reply.Status);
            return;
        }

        Assert.Equal((status, allowed), (reply.Status, reply["Allow"]));
        Assert.Equal((status, "Method Not Allowed"), (Json(reply.Text).GetProperty("status").GetInt32(), Problem(reply, "title")));
    }

    [Theory]
    [InlineData("POST", "/nobody/get", 404, "no_such_service")]
    [InlineData("POST", "/wines/burn", 404, "no_such_method")]
    [InlineData("GET", "/", 404, null)]
    [InlineData("GET", "/favicon.ico", 404, null)]
    [InlineData("GET", "/wines/7/", 404, null)]
    [InlineData("GET", "//wines/7", 404, null)]
    [InlineData("GET", "/wines/../wines/7", 404, null)]
    [InlineData("GET", "/wines/by-name/../", 404, null)]
    [InlineData("GET", "/wines/by-name/%2E%2E/", 404, null)]
    [InlineData("GET", "/wines/by-name//", 404, null)]
    public async Task What_is_not_there_is_not_found(string verb, string path, int status, string? code)
    {
        var reply = await RawClient.SendAsync(_address, $"{verb} {path} HTTP/1.1");
        Assert.Equal((status, code), (reply.Status, Problem(reply, "code")));
        Assert.Equal("application/problem+json", reply["Content-Type"]);
    }

    [Fact]
    public async Task Shard_keys_stand_in_the_header_or_in_the_path()
    {
        Assert.Equal("\"till of shop a,b\"", (await RawClient.PostAsync(_address, "/shop.till/name", "{}", "fan-shard: a%2Cb\r\n")).Text);
        Assert.Equal("\"till of shop 4/2\"", (await RawClient.PostAsync(_address, "/shop[4%2F2].till/name", "{}")).Text);
    }

    [Theory]
    [InlineData("/shop[7].till[8]/name", "", "path")]
    [InlineData("/shop.till[7]/name", "", "path")]
    [InlineData("/wines[7]/best", "", "path")]
    [InlineData("/shop[a%0D%0Ab].till/name", "", "fan-shard")]
    [InlineData("/shop.till/name", "", "fan-shard")]
    [InlineData("/shop.till/name", "fan-shard: 7,8\r\n", "fan-shard")]
    [InlineData("/shop.till/name", "fan-shard: %00\r\n", "fan-shard")]
    [InlineData("/shop.till/name", "fan-shard: \r\n", "fan-shard")]
    [InlineData("/wines/best", "fan-shard: 7\r\n", "fan-shard")]
    public async Task Shard_keys_that_do_not_fit_the_name_are_refused(string path, string headers, string place)
    {
        var reply = await RawClient.PostAsync(_address, path, "{}", headers);
        Assert.Equal((400, "bad_message", place), (reply.Status, Problem(reply, "code"), Problem(reply, "place")));
    }

    [Theory]
    [InlineData("/wines/by-name/a%252Fb/", "found a%2Fb")]
    [InlineData("/wines/by-name/a%2Fb/?x=http://y", "")]
    [InlineData("/wines/by-name/a%2Fb/", "found a/b")]
    public async Task A_target_with_the_host_before_it_is_decoded_once(string target, string expected)
    {
        var reply = await RawClient.SendAsync(_address, $"GET http://localhost{target} HTTP/1.1");
        if (expected.Length == 0) Assert.Equal((400, "x"), (reply.Status, Problem(reply, "place")));
        else Assert.Equal(expected, Json(reply.Text).GetString());
        Assert.Equal(404, (await RawClient.SendAsync(_address, "GET http://localhost HTTP/1.1")).Status);
    }

    [Theory]
    [InlineData("POST http://localhost?x=/wines/best HTTP/1.1")]
    [InlineData("POST http://localhost?/wines/best HTTP/1.1")]
    public async Task What_stands_in_the_query_of_a_target_is_no_path(string start)
    {
        var reply = await RawClient.SendAsync(_address, start, "Content-Type: application/json\r\n", "{}"u8.ToArray());
        Assert.Equal(404, reply.Status);
    }

    [Fact]
    public async Task A_request_without_time_left_runs_nothing()
    {
        foreach (var path in (string[])["/wines/get", "/wines/list"])
        {
            var reply = await RawClient.PostAsync(_address, path, """{"inventory_id": 1}""", "fan-ttl: 0\r\n");
            Assert.Equal((504, "deadline_exceeded"), (reply.Status, Problem(reply, "code")));
        }

        Assert.Null(_wines.Seen);
    }

    [Theory]
    [InlineData("Content-Encoding: gzip", "content-encoding")]
    [InlineData("Content-Encoding: identity, br", "content-encoding")]
    [InlineData("Content-Type: application/json; charset=utf-16", "content-type")]
    [InlineData("Content-Type: application/json; charset=\"iso-8859-1\"", "content-type")]
    [InlineData("Content-Type: application/x-www-form-urlencoded; charset=windows-1250", "content-type")]
    public async Task A_body_that_is_not_read_as_it_says_is_refused(string header, string place)
    {
        foreach (var path in (string[])["/wines/order", "/orders"])
        {
            var reply = await RawClient.SendAsync(
                _address, $"POST {path} HTTP/1.1", header + "\r\n", """{"name": "x", "count": 1}"""u8.ToArray());
            Assert.Equal((415, "bad_message", place), (reply.Status, Problem(reply, "code"), Problem(reply, "place")));
        }
    }

    [Theory]
    [InlineData("Content-Encoding: identity\r\nContent-Type: application/json; charset=UTF-8")]
    [InlineData("Content-Type: application/json; charset=\"utf-8\"")]
    [InlineData("Content-Type: application/json;charset=us-ascii")]
    public async Task A_body_as_it_is_and_in_utf8_is_read(string headers) =>
        Assert.Equal(200, (await RawClient.SendAsync(
            _address, "POST /wines/order HTTP/1.1", headers + "\r\n", """{"name": "x", "count": 1}"""u8.ToArray())).Status);

    private static byte[] Multipart(params string[] parts) =>
        Encoding.UTF8.GetBytes(
            string.Concat(parts.Select(part => $"--BoUnDaRy\r\nContent-Disposition: form-data; {part}\r\n")) + "--BoUnDaRy--\r\n");

    private static string? Problem(RawRequest reply, string member) =>
        JsonDocument.Parse(reply.Text).RootElement.TryGetProperty(member, out var value) ? value.GetString() : null;
}
