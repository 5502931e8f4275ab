using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fan.Http.Problems;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Http.OpenApi;

/// <summary>
/// Describes what an application serves as an <see href="https://spec.openapis.org/oas/v3.1.1.html">OpenAPI 3.1</see> document. Made once,
/// from the contracts. Safe from any thread.
/// </summary>
internal sealed class OpenApiDocument(CallServer server)
{
    public const string Path = "/openapi.json";

    private readonly Lazy<byte[]> _json = new(() => Write(Build(server)));

    public ReadOnlyMemory<byte> Json => _json.Value;

    private static byte[] Write(JsonObject document)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            document.WriteTo(writer);
        }

        return output.ToArray();
    }

    private static JsonObject Build(CallServer server)
    {
        var schemas = new SchemaCatalog(server.JsonOptions);
        var operations = new OperationWriter(schemas);
        var services = server.Services.OrderBy(service => service.Name.Canonical, StringComparer.Ordinal).ToList();
        var paths = new PathTable();
        foreach (var service in services)
        {
            foreach (var method in service.Contract.Methods)
            {
                paths.Add("/" + method.FullName, "post", _ => operations.Plain(service, method.Description));
                if (method.Description.Http is { } route)
                {
                    paths.Add(route.Template, route.Verb, names => operations.Routed(service, method.Description, route, names));
                }
            }
        }

        var problem = schemas.Of(ProblemJson.Default.Problem);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = server.Application,
                ["version"] = string.Join(
                    ", ",
                    services.Select(service => services.Count == 1 ? service.Version : $"{service.Name.Canonical} {service.Version}")),
            },
            ["tags"] = new JsonArray(
                [.. services.Select(service => new JsonObject
                {
                    ["name"] = service.Name.Canonical,
                    ["description"] = $"{service.Name} {service.Version}",
                    ["x-version"] = service.Version
                })]),
            ["paths"] = paths.ToJson(),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components,
                ["parameters"] = Parameters(),
                ["responses"] = new JsonObject
                {
                    ["Problem"] = new JsonObject
                    {
                        ["description"] = "Problem details (RFC 9457). `code` says which kind of error it is.",
                        ["content"] = new JsonObject { [Problem.MediaType] = new JsonObject { ["schema"] = problem } },
                    },
                },
            },
        };
    }

    private static JsonObject Parameters() => new()
    {
        [OperationWriter.TimeToLive] = Header(
            HeaderNames.TimeToLive, required: false, "integer", "The time that the caller waits, in milliseconds; the work ends with it."),
        [OperationWriter.ShardKeys] = Header(
            HeaderNames.ShardKeys,
            required: true,
            "string",
            "The shard keys in the order of the service name's brackets, percent-encoded, with commas between them."),
    };

    private static JsonObject Header(string name, bool required, string type, string description) => new()
    {
        ["name"] = name,
        ["in"] = "header",
        ["required"] = required,
        ["description"] = description,
        ["schema"] = new JsonObject { ["type"] = type },
    };
}
