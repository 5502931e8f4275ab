using System.Text.Json;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>The document at /openapi.json says what is served, and is one.</summary>
public sealed class OpenApiTests : HttpTest
{
    private JsonElement _document;

    public override async ValueTask InitializeAsync()
    {
        var service = await StartAsync(
            "wines and more", fan => fan.AddService<IWines, Wines>().AddService<ICellar>(_ => new Cellar()).AddService<ITill, Till>());
        var reply = await RawClient.SendAsync(await AddressAsync(service, "wines"), "GET /openapi.json HTTP/1.1");
        Assert.Equal((200, "application/json"), (reply.Status, reply["Content-Type"]));
        _document = Json(reply.Text);
    }

    [Fact]
    public void It_has_the_structure_of_openapi_3_1()
    {
        Assert.Equal("3.1.1", At("openapi").GetString());
        Assert.Equal("wines and more", At("info", "title").GetString());
        Assert.Equal("cellar 1.2.0, shop.till 2.0.0, wines 1.1.0", At("info", "version").GetString());
        var ids = new List<string>();
        foreach (var path in At("paths").EnumerateObject())
        {
            Assert.StartsWith("/", path.Name, StringComparison.Ordinal);
            foreach (var operation in path.Value.EnumerateObject())
            {
                Assert.Contains(operation.Name, (string[])["get", "put", "post", "delete", "options", "head", "patch", "trace"]);
                ids.Add(operation.Value.GetProperty("operationId").GetString()!);
                var inPath = Parameters(operation.Value).Where(parameter => parameter.GetProperty("in").GetString() == "path").ToList();
                Assert.Equal(
                    path.Name.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}')),
                    inPath.Select(parameter => parameter.GetProperty("name").GetString()));
                Assert.All(inPath, parameter => Assert.True(parameter.GetProperty("required").GetBoolean()));
                Assert.All(
                    Parameters(operation.Value),
                    parameter => Assert.Contains(parameter.GetProperty("in").GetString(), (string[])["path", "query", "header"]));
                Assert.NotEmpty(operation.Value.GetProperty("responses").EnumerateObject());
                Assert.All(
                    operation.Value.GetProperty("responses").EnumerateObject(),
                    response => Assert.NotNull(Resolve(response.Value).GetProperty("description").GetString()));
                if (operation.Value.TryGetProperty("requestBody", out var body))
                {
                    Assert.NotEmpty(body.GetProperty("content").EnumerateObject());
                }
            }
        }

        Assert.Equal(ids.Distinct(), ids);
        Assert.Contains("cellar.get", ids);
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var references = References(_document).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotEqual(JsonValueKind.Null, Follow(reference).ValueKind));
    }

    [Fact]
    public void The_plain_form_has_all_arguments_in_its_body()
    {
        var operation = At("paths", "/wines/set_price", "post");
        Same(
            """{"type": "object", "properties": {"inventory_id": {"type": "integer", "format": "int32"},""" +
            """ "price": {"type": "number"}, "currency": {"type": ["string", "null"]}},""" +
            """ "required": ["inventory_id", "price"], "additionalProperties": false}""",
            operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
        Assert.True(operation.GetProperty("requestBody").GetProperty("required").GetBoolean());
        Same("""{"type": "string"}""", Schema(operation, "200", "application/json"));
        Same("""{"$ref": "#/components/responses/Problem"}""", operation.GetProperty("responses").GetProperty("default"));
        Assert.Matches("^[0-9a-f]{16}$", operation.GetProperty("x-fan-fingerprint").GetString());
        Assert.False(At("paths", "/cellar/touch", "post").TryGetProperty("requestBody", out _));
    }

    [Fact]
    public void A_template_has_its_arguments_in_path_query_and_form()
    {
        var get = At("paths", "/wines/{inventory_id}", "get");
        Assert.Equal(
            [
                "fan-ttl header False",
                "inventory_id path True",
                "full query False",
                "years query False",
                "text query False",
                "colour query False"
            ],
            Parameters(get).Select(
                parameter => $"{parameter.GetProperty("name")} {parameter.GetProperty("in")} {parameter.GetProperty("required")}"));
        // Of two templates of one shape, the first names the argument.
        Assert.Equal("inventory_id", Parameters(At("paths", "/wines/{inventory_id}", "delete"))[1].GetProperty("name").GetString());
        var label = At("paths", "/wines/{inventory_id}/label", "put").GetProperty("requestBody")
            .GetProperty("content")
            .GetProperty("multipart/form-data")
            .GetProperty("schema");
        Same(
            """{"type": "string", "contentMediaType": "application/octet-stream"}""", label.GetProperty("properties").GetProperty("label"));
        Assert.False(label.GetProperty("properties").TryGetProperty("inventory_id", out _));
        Assert.True(At("paths", "/orders", "post").GetProperty("requestBody")
            .GetProperty("content")
            .TryGetProperty("application/x-www-form-urlencoded", out _));
    }

    [Fact]
    public void Results_have_their_schema()
    {
        Same("""{"type": "integer", "format": "int32"}""", Schema(At("paths", "/cellar/count", "post"), "200", "application/x-ndjson"));
        Same("""{"$ref": "#/components/schemas/Wine"}""", Schema(At("paths", "/cellar/get", "post"), "200", "application/json"));
        Same("""{"type": ["string", "null"]}""", Schema(At("paths", "/cellar/nothing", "post"), "200", "application/json"));
        Same(
            """{"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]}""",
            Schema(At("paths", "/wines/tree", "post"), "200", "application/json"));
        Same("""{"$ref": "#/components/schemas/FileContent"}""", Schema(At("paths", "/cellar/stamp", "post"), "200", "application/json"));
        Assert.True(At("paths", "/cellar/restock", "post", "responses").TryGetProperty("204", out _));
    }

    [Fact]
    public void Types_are_components_that_refer_to_each_other()
    {
        Same(
            """{"type": "object", "properties": {"id": {"type": "integer", "format": "int32"}, "name": {"type": "string"}, "price": """ +
            """{"type": "number"}}, "required": ["id", "name", "price"]}""",
            At("components", "schemas", "Wine"));
        var node = At("components", "schemas", "Node", "properties");
        Same("""{"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]}""", node.GetProperty("next"));
        Same("""{"type": "array", "items": {"$ref": "#/components/schemas/Node"}}""", node.GetProperty("children"));
        var filter = At("components", "schemas", "WineFilter", "properties");
        Same("""{"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Wine"}}""", filter.GetProperty("favourites"));
        Same("""{"type": ["string", "null"], "format": "date-time", "default": null}""", filter.GetProperty("since"));
    }

    [Fact]
    public void Problem_details_are_described()
    {
        Same(
            """{"$ref": "#/components/schemas/Problem"}""",
            At("components", "responses", "Problem", "content", "application/problem+json", "schema"));
        var problem = At("components", "schemas", "Problem", "properties");
        foreach (var member in (string[])["type", "title", "status", "detail", "code", "place", "trace_id"])
        {
            Assert.True(problem.TryGetProperty(member, out _), member);
        }
    }

    [Fact]
    public void Shard_keys_are_a_header() =>
        Assert.Equal(
            ["fan-ttl", "fan-shard"],
            Parameters(At("paths", "/shop.till/name", "post")).Select(parameter => parameter.GetProperty("name").GetString()));

    [Fact]
    public async Task Two_methods_with_one_template_do_not_start()
    {
        var error = await Assert.ThrowsAsync<FanStartException>(() => StartAsync("twice", fan => fan.AddService<ITwice, Twice>()));
        Assert.Contains("GET /same/{a} is declared by twice/one and twice/two", error.Message, StringComparison.Ordinal);
    }

    private JsonElement At(params string[] path) => path.Aggregate(_document, (at, name) => at.GetProperty(name));

    private static JsonElement Schema(JsonElement operation, string status, string mediaType) =>
        operation.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty(mediaType).GetProperty("schema");

    private List<JsonElement> Parameters(JsonElement operation) =>
        [.. operation.GetProperty("parameters").EnumerateArray().Select(Resolve)];

    private JsonElement Resolve(JsonElement element) =>
        element.TryGetProperty("$ref", out var reference) ? Follow(reference.GetString()!) : element;

    private JsonElement Follow(string reference)
    {
        Assert.StartsWith("#/", reference, StringComparison.Ordinal);
        return At(reference[2..].Split('/'));
    }

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object =>
            element.EnumerateObject().SelectMany(member => member.Name == "$ref" ? [member.Value.GetString()!] : References(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };

    private static void Same(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(Json(expected), actual), actual.GetRawText());
}

[Service("twice")]
public interface ITwice
{
    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/same/{a}")]
    ValueTask OneAsync(int a, CancellationToken ct = default);

    [Rpc(Idempotent = true)]
    [HttpRoute("GET", "/same/{b}")]
    ValueTask TwoAsync(int b, CancellationToken ct = default);
}

internal sealed class Twice : ITwice
{
    public ValueTask OneAsync(int a, CancellationToken ct = default) => default;

    public ValueTask TwoAsync(int b, CancellationToken ct = default) => default;
}
