using System.Text;
using System.Text.Json;
using Fan.Discovery;
using Fan.Http.Connections;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Http.Foreign;

/// <summary>Builds the request of a call to a service that is not Fan's, by micro-fan's rules for arguments.</summary>
internal static class ForeignRequest
{
    /// <exception cref="BadArgumentException">An argument is missing or can't be sent.</exception>
    /// <exception cref="EndpointUnreachableException">What the endpoint says of its method makes no request.</exception>
    public static HttpRequestMessage Create(OutgoingCall call)
    {
        var method = call.Endpoint.FindMethod(call.Method)
            ?? throw new NoSuchMethodException(
                call.Service,
                call.Method,
                [.. call.Endpoint.Description.Methods.Select(m => m.Name)],
                $"Service '{call.Service}' has no method '{call.Method}'.");
        var verb = VerbOf(method, call);
        using var document = Parse(call);
        var arguments = document.RootElement;
        if (arguments.ValueKind != JsonValueKind.Object)
        {
            throw new BadArgumentException(
                "", $"The arguments of '{call.Method}' must be a JSON object of names; they are {arguments.ValueKind}.");
        }

        HttpRequestMessage request;
        try
        {
            request = Write(verb, method, arguments, call);
        }
        catch (InvalidOperationException)
        {
            RequireUnicode(arguments, call);
            throw;
        }

        call.Headers.CopyTo(request.Headers, static (headers, name, value) => headers.TryAddWithoutValidation(name, value));
        OtHeaderWriter.Write(request.Headers, call.Headers);
        return request;
    }

    private static HttpRequestMessage Write(HttpMethod verb, EndpointMethod method, JsonElement arguments, OutgoingCall call)
    {
        var target = Expand(method.Url ?? $"/{call.Service}/{call.Method}", arguments, call);
        var inQuery = verb == HttpMethod.Get || verb == HttpMethod.Delete;
        if (inQuery) target += QueryText.Write(arguments, target.Contains('?', StringComparison.Ordinal) ? '&' : '?');
        var request = new HttpRequestMessage(verb, AddressOf(target, call));
        if (inQuery)
        {
            if (verb == HttpMethod.Delete) request.Content = new ByteArrayContent([]);
        }
        else
        {
            // Whatever else it says: micro-fan sends JSON.
            request.Content = method.ContentType?.Contains("multipart", StringComparison.OrdinalIgnoreCase) == true
                ? FormContent.Create(arguments)
                : new PayloadContent(call.Payload, "application/json");
        }

        return request;
    }

    private static HttpMethod VerbOf(EndpointMethod method, OutgoingCall call)
    {
        try
        {
            return HttpMethod.Parse(method.Verb);
        }
        catch (Exception error) when (error is FormatException or ArgumentException)
        {
            throw new EndpointUnreachableException(
                call.Endpoint,
                $"{call.Endpoint} says that '{call.Method}' is called with '{HeaderText.Shorten(method.Verb)}', which is no verb of HTTP.",
                error)
            {
                IsOfMethod = true
            };
        }
    }

    // Whoever writes into the store must not be able to send calls, and what goes with them, to where the endpoint is not.
    private static Uri AddressOf(string target, OutgoingCall call)
    {
        var root = EndpointAddress.Of(call.Endpoint).Root;
        return Uri.TryCreate(root, target, out var address)
            && address.GetLeftPart(UriPartial.Authority) == root.GetLeftPart(UriPartial.Authority)
            ? address
            : throw new EndpointUnreachableException(
                call.Endpoint,
                $"{call.Endpoint} says that '{call.Method}' is called at '{HeaderText.Shorten(target)}', which is no path of it.")
            {
                IsOfMethod = true
            };
    }

    private static JsonDocument Parse(OutgoingCall call)
    {
        try
        {
            // A level more than values have: the object of the arguments.
            return JsonDocument.Parse(call.Payload, new JsonDocumentOptions { MaxDepth = call.Limits.MaxDepth + 1 });
        }
        catch (JsonException error)
        {
            throw new BadArgumentException("", $"The arguments of '{call.Method}' are no valid JSON: {error.Message}", error);
        }
    }

    private static void RequireUnicode(JsonElement arguments, OutgoingCall call)
    {
        foreach (var argument in arguments.EnumerateObject())
        {
            var name = "";
            try
            {
                name = argument.Name;
                QueryText.Check(argument.Value);
            }
            catch (InvalidOperationException error)
            {
                throw new BadArgumentException(
                    name,
                    $"{(name.Length == 0 ? "The name of an argument" : $"Argument '{name}'")} of '{call.Method}' has a text that is no " +
                    $"Unicode: {error.Message}",
                    error);
            }
        }
    }

    /// <summary>
    /// Puts arguments into <c>{name}</c>, escaped as one segment each. Doubled braces are single ones, and a fragment is left out: it is no
    /// part of a request.
    /// </summary>
    private static string Expand(string template, JsonElement arguments, OutgoingCall call)
    {
        var path = new StringBuilder(template.StartsWith('/') ? "" : "/");
        for (var at = 0; at < template.Length && template[at] != '#'; at++)
        {
            if (template[at] is '{' or '}' && at + 1 < template.Length && template[at + 1] == template[at])
            {
                path.Append(template[at++]);
                continue;
            }

            var close = template[at] == '{' ? template.IndexOf('}', at) : -1;
            if (close < 0)
            {
                path.Append(template[at]);
                continue;
            }

            var name = template[(at + 1)..close];
            if (!arguments.TryGetProperty(name, out var value))
            {
                throw new BadArgumentException(name, $"Argument '{name}' of '{call.Method}' is missing: its URL needs it.");
            }

            var text = QueryText.Of(value);
            // A segment of dots alone would be taken for a way up.
            if (text is null or "" or "." or "..")
            {
                throw new BadArgumentException(
                    name, $"Argument '{name}' of '{call.Method}' can't stand in a path: it is '{text ?? "null"}'.");
            }

            path.Append(Uri.EscapeDataString(text));
            at = close;
        }

        return path.ToString();
    }
}
