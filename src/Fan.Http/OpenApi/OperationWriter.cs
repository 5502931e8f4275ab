using System.Text.Json.Nodes;
using Fan.Generated;
using Fan.Http.Arguments;
using Fan.Http.Problems;
using Fan.Serving;

namespace Fan.Http.OpenApi;

/// <summary>Describes one method in one of its forms.</summary>
internal sealed class OperationWriter(SchemaCatalog schemas)
{
    public const string TimeToLive = "TimeToLive";
    public const string ShardKeys = "ShardKeys";

    private const string Json = "application/json";

    /// <summary>The form <c>POST /{service}/{method}</c>.</summary>
    public JsonObject Plain(ServedService service, MethodDescription method)
    {
        var operation = Begin(service, method, "");
        AddHeaders(operation, service);
        if (method.Parameters.Count > 0) operation["requestBody"] = Body(method.Parameters, Json);
        return End(operation, method);
    }

    /// <summary>
    /// The form with a verb and a template of its own; <paramref name="inPath"/> has the document's names of the arguments in the path.
    /// </summary>
    public JsonObject Routed(ServedService service, MethodDescription method, HttpRoute route, IReadOnlyDictionary<string, string> inPath)
    {
        var operation = Begin(service, method, ".http");
        var parameters = AddHeaders(operation, service, service.Name.ShardKeys.Any(inPath.ContainsKey));
        foreach (var key in service.Name.ShardKeys.Where(
            key => inPath.ContainsKey(key) && method.Parameters.All(parameter => parameter.Name != key)))
        {
            parameters.Add((JsonNode)new JsonObject
            {
                ["name"] = inPath[key],
                ["in"] = "path",
                ["required"] = true,
                ["schema"] = new JsonObject { ["type"] = "string" }
            });
        }

        var rest = new List<ParameterDescription>();
        var inQuery = route.Verb.ToUpperInvariant() is "GET" or "HEAD" or "DELETE";
        foreach (var parameter in method.Parameters)
        {
            if (inPath.TryGetValue(parameter.Name, out var label) || inPath.TryGetValue(parameter.ClrName, out label))
            {
                parameters.Add((JsonNode)Parameter(parameter, label, "path", required: true));
            }
            else if (inQuery)
            {
                parameters.Add((JsonNode)Parameter(parameter, parameter.Name, "query", !parameter.IsOptional));
            }
            else
            {
                rest.Add(parameter);
            }
        }

        if (rest.Count > 0) operation["requestBody"] = Body(rest, route.ContentType);
        return End(operation, method);
    }

    private static JsonObject Begin(ServedService service, MethodDescription method, string suffix)
    {
        var operation = new JsonObject
        {
            ["operationId"] = $"{service.Name.Canonical}.{method.Name}{suffix}",
            ["tags"] = new JsonArray(service.Name.Canonical),
        };
        if (method.Summary is not null) operation["summary"] = method.Summary;
        operation["x-fan-fingerprint"] = method.Fingerprint;
        return operation;
    }

    private static JsonArray AddHeaders(JsonObject operation, ServedService service, bool keysInPath = false)
    {
        var parameters = new JsonArray(Shared(TimeToLive));
        if (service.Name.ShardKeys.Count > 0 && !keysInPath) parameters.Add((JsonNode)Shared(ShardKeys));
        operation["parameters"] = parameters;
        return parameters;
    }

    private static JsonObject Shared(string name) => new JsonObject { ["$ref"] = "#/components/parameters/" + name };

    private JsonObject Parameter(ParameterDescription parameter, string name, string place, bool required)
    {
        var schema = schemas.Of(parameter.Type, parameter.AllowsNull && place != "path");
        var written = new JsonObject { ["name"] = name, ["in"] = place, ["required"] = required, ["schema"] = schema };
        // Lists are repeated, which is the default of a query.
        if (place == "path" && TextValue.ItemType(parameter.Type) is not null) written["style"] = "simple";
        return written;
    }

    private JsonObject Body(IReadOnlyList<ParameterDescription> parameters, string contentType)
    {
        var isForm = BodyType.IsForm(contentType);
        var properties = new JsonObject();
        foreach (var parameter in parameters)
        {
            properties[parameter.Name] = isForm && IsFile(parameter.Type)
                ? File(parameter.Type)
                : schemas.Of(parameter.Type, parameter.AllowsNull);
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        var required = parameters.Where(parameter => !parameter.IsOptional).Select(parameter => (JsonNode)parameter.Name).ToArray();
        if (required.Length > 0) schema["required"] = new JsonArray(required);
        schema["additionalProperties"] = false;
        return new JsonObject
        {
            ["required"] = required.Length > 0,
            ["content"] = new JsonObject { [contentType] = new JsonObject { ["schema"] = schema } }
        };
    }

    private static bool IsFile(Type type) => (TextValue.ItemType(type) ?? type) == typeof(FileContent);

    private static JsonObject File(Type type)
    {
        var file = new JsonObject { ["type"] = "string", ["contentMediaType"] = "application/octet-stream" };
        return type == typeof(FileContent) ? file : new JsonObject { ["type"] = "array", ["items"] = file };
    }

    private JsonObject End(JsonObject operation, MethodDescription method)
    {
        var responses = new JsonObject();
        if (method.Kind == MethodKind.Stream)
        {
            responses["200"] = Content(
                "A sequence: one item as JSON on each line. " +
                "A last line {\"$error\": …} has the problem details of a sequence that failed.",
                StreamEnd.MediaType,
                schemas.Of(method.ResultType, method.ResultAllowsNull));
        }
        else if (method.ResultType == typeof(Unit))
        {
            responses["204"] = new JsonObject { ["description"] = method.Kind == MethodKind.Push ? "Taken." : "Done." };
        }
        else
        {
            responses["200"] = Content("The reply.", Json, schemas.Of(method.ResultType, method.ResultAllowsNull));
        }

        responses["default"] = new JsonObject { ["$ref"] = "#/components/responses/Problem" };
        operation["responses"] = responses;
        return operation;
    }

    private static JsonObject Content(string description, string mediaType, JsonNode schema) =>
        new() { ["description"] = description, ["content"] = new JsonObject { [mediaType] = new JsonObject { ["schema"] = schema } } };
}
