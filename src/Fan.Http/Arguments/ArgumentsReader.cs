using System.Buffers;
using System.Text.Json;
using Fan.Http.Templates;
using Fan.Messaging;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Fan.Http.Arguments;

/// <summary>Turns the arguments of an ordinary HTTP request (path, query, form, JSON) into the JSON object that methods read.</summary>
internal static class ArgumentsReader
{
    // The object of the arguments is no level of theirs.
    private const int AroundArguments = 1;

    /// <exception cref="BadArgumentException">
    /// An argument is given twice with different values, or its text is none of its type.
    /// </exception>
    /// <exception cref="BadMessageException">The form or the JSON can't be read.</exception>
    /// <exception cref="LimitExceededException">There is more than the limits allow.</exception>
    public static async ValueTask<PayloadBuffer> ReadAsync(
        RouteMatch match,
        IHttpRequestFeature request,
        string? contentType,
        ReadOnlySequence<byte> body,
        FanLimits limits,
        CancellationToken cancellationToken)
    {
        var arguments = new HttpNamedArguments(match.Method.Method.Description, match.Method.Service.Name.ShardKeys);
        foreach (var (name, text) in match.PathArguments ?? []) arguments.AddPath(name, text);
        foreach (var pair in new QueryStringEnumerable(request.QueryString))
        {
            arguments.AddText(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }

        using var json = await AddBodyAsync(arguments, contentType, body, limits, cancellationToken).ConfigureAwait(false);

        // Files grow by a third as base64.
        var output = new PayloadBuffer(checked(limits.MaxPayloadBytes + (limits.MaxPayloadBytes / 2)));
        try
        {
            using var writer = new Utf8JsonWriter(
                output, new JsonWriterOptions { MaxDepth = limits.MaxDepth + AroundArguments, SkipValidation = true });
            arguments.WriteTo(writer, limits.MaxDepth);
            writer.Flush();
            return output;
        }
        catch (Exception error)
        {
            output.Dispose();
            // Half a character in a text of the JSON.
            if (error is InvalidOperationException or ArgumentException)
            {
                throw new BadArgumentException(
                    "", $"The arguments of '{match.Method.Method.Name}' are no valid JSON text: {error.Message}", error);
            }

            throw;
        }
    }

    private static async ValueTask<JsonDocument?> AddBodyAsync(
        HttpNamedArguments arguments,
        string? contentType,
        ReadOnlySequence<byte> body,
        FanLimits limits,
        CancellationToken cancellationToken)
    {
        if (body.IsEmpty) return null;
        if (contentType is not null && BodyType.Is(contentType, BodyType.UrlEncoded) && !BodyType.IsJsonOfCurl(contentType, body))
        {
            await FormArguments.AddUrlEncodedAsync(arguments, body, limits, cancellationToken).ConfigureAwait(false);
            return null;
        }

        if (contentType is not null && BodyType.Is(contentType, BodyType.Multipart))
        {
            await FormArguments.AddMultipartAsync(arguments, contentType, body, limits, cancellationToken).ConfigureAwait(false);
            return null;
        }

        var document = ParseJson(body, BodyType.IsForm(contentType) ? null : contentType, limits);
        arguments.AddJson(document.RootElement);
        return document;
    }

    private static JsonDocument ParseJson(ReadOnlySequence<byte> body, string? contentType, FanLimits limits)
    {
        if (contentType is not null
            && !BodyType.Is(contentType, "application/json")
            && !contentType.Split(';')[0].TrimEnd().EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadMessageException(
                "content-type",
                $"This content type is not understood; send application/json, {BodyType.UrlEncoded} or {BodyType.Multipart}.");
        }

        try
        {
            return JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = limits.MaxDepth + AroundArguments });
        }
        catch (JsonException error)
        {
            throw new BadArgumentException("", $"The body of the request is no valid JSON: {error.Message}", error);
        }
    }
}
