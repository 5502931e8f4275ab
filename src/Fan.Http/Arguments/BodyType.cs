using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Fan.Http.Arguments;

/// <summary>What a request says of its body, held against what its method takes.</summary>
internal static class BodyType
{
    public const string UrlEncoded = "application/x-www-form-urlencoded";
    public const string Multipart = "multipart/form-data";

    private const string Json = "application/json";

    public static bool IsForm(string? contentType) =>
        contentType is not null && (Is(contentType, UrlEncoded) || Is(contentType, Multipart));

    public static bool Is(string contentType, string type) =>
        contentType.StartsWith(type, StringComparison.OrdinalIgnoreCase)
        && (contentType.Length == type.Length || contentType[type.Length] is ';' or ' ');

    /// <summary>
    /// Whether a body is the JSON that <c>curl -d</c> calls urlencoded. No form begins with a brace: it is encoded there.
    /// </summary>
    public static bool IsJsonOfCurl(string contentType, in ReadOnlySequence<byte> body) =>
        Is(contentType, UrlEncoded) && body.FirstSpan is [(byte)'{', ..];

    /// <summary>Refuses what the method does not read.</summary>
    /// <exception cref="BadMessageException">
    /// The body is encoded, in another character set, or a form that the method does not declare.
    /// </exception>
    public static void Require(
        string? contentType, IHeaderDictionary headers, MethodDescription method, in ReadOnlySequence<byte> body, bool isOfPage)
    {
        if (headers.ContentEncoding.Count > 0) RequirePlain(headers.ContentEncoding.ToString());
        if (contentType == Json || body.IsEmpty) return;
        if (contentType is null)
        {
            // A page can send that without being asked whether it may.
            if (isOfPage)
            {
                throw new BadMessageException(
                    "content-type", $"A page must say what it sends to '{method.Name}': set the content type to {Json}.");
            }

            return;
        }

        if (contentType.Contains("charset", StringComparison.OrdinalIgnoreCase)) RequireUtf8(contentType);
        if (!IsForm(contentType) || IsForm(method.Http?.ContentType) || (!isOfPage && IsJsonOfCurl(contentType, body))) return;
        throw new BadMessageException(
            "content-type",
            $"'{method.Name}' takes no form: send {Json}, or declare the form with its {nameof(HttpRoute)} " +
            $"(ContentType = \"{UrlEncoded}\").");
    }

    private static void RequirePlain(string encoding)
    {
        if (encoding.Length > 0 && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new BadMessageException(
                "content-encoding", $"Bodies are not taken in the encoding '{Messaging.HeaderText.Shorten(encoding)}'; send it as it is.");
        }
    }

    private static void RequireUtf8(string contentType)
    {
        if (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && HeaderUtilities.RemoveQuotes(type.Charset) is { HasValue: true } charset
            && charset.Value!.ToUpperInvariant() is not ("UTF-8" or "UTF8" or "US-ASCII"))
        {
            throw new BadMessageException(
                "content-type", $"The character set '{Messaging.HeaderText.Shorten(charset.Value)}' is not understood; send UTF-8.");
        }
    }
}
