using System.Text;
using System.Text.Json;
using Fan.Http.Calling;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Http.Foreign;

/// <summary>Builds the request of a call to a service that is not Fan's, by micro-fan's rules for arguments.</summary>
internal static class ForeignRequest
{
    /// <exception cref="BadArgumentException">An argument that the path needs is missing.</exception>
    public static HttpRequestMessage Create(OutgoingCall call)
    {
        var method = call.Endpoint.FindMethod(call.Method)
            ?? throw new NoSuchMethodException(call.Service, call.Method, [.. call.Endpoint.Description.Methods.Select(m => m.Name)], $"Service '{call.Service}' has no method '{call.Method}'.");
        // A level more than values have: the object of the arguments.
        using var document = JsonDocument.Parse(call.Payload, new JsonDocumentOptions { MaxDepth = call.Limits.MaxDepth + 1 });
        var arguments = document.RootElement;
        var target = Expand(method.Url ?? $"/{call.Service}/{call.Method}", arguments, call);
        var inQuery = method.Verb is "GET" or "DELETE";
        if (inQuery) target += QueryText.Write(arguments, target.Contains('?', StringComparison.Ordinal) ? '&' : '?');
        var request = new HttpRequestMessage(HttpMethod.Parse(method.Verb), new Uri(EndpointAddress.Of(call.Endpoint).Root, target));
        if (inQuery)
        {
            if (method.Verb == "DELETE") request.Content = new ByteArrayContent([]);
        }
        else
        {
            request.Content = method.ContentType?.Contains("multipart", StringComparison.OrdinalIgnoreCase) == true || IsUrlEncoded(method.ContentType)
                ? FormContent.Create(arguments, IsUrlEncoded(method.ContentType))
                : new PayloadContent(call.Payload, "application/json");
        }

        call.Headers.CopyTo(request.Headers, static (headers, name, value) => headers.TryAddWithoutValidation(name, value));
        OtHeaderWriter.Write(request.Headers, call.Headers);
        return request;
    }

    /// <summary>Puts arguments into <c>{name}</c>, escaped as one segment each.</summary>
    private static string Expand(string template, JsonElement arguments, OutgoingCall call)
    {
        var path = new StringBuilder(template.StartsWith('/') ? "" : "/");
        for (var at = 0; at < template.Length;)
        {
            var open = template.IndexOf('{', at);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0) return path.Append(template, at, template.Length - at).ToString();
            var name = template[(open + 1)..close];
            if (!arguments.TryGetProperty(name, out var value)) throw new BadArgumentException(name, $"Argument '{name}' of '{call.Method}' is missing: its URL needs it.");
            var text = QueryText.Of(value);
            // A segment of dots alone would be taken for a way up.
            if (text is null or "" or "." or "..") throw new BadArgumentException(name, $"Argument '{name}' of '{call.Method}' can't stand in a path: it is '{text ?? "null"}'.");
            path.Append(template, at, open - at).Append(Uri.EscapeDataString(text));
            at = close + 1;
        }

        return path.ToString();
    }

    private static bool IsUrlEncoded(string? contentType) => contentType?.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) == true;
}
