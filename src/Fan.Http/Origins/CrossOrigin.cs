using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Origins;

/// <summary>
/// What browsers want to hear before a page of another origin may send or read: CORS, of the standard
/// <see href="https://fetch.spec.whatwg.org/#http-cors-protocol">Fetch</see>. Safe from any thread.
/// </summary>
internal sealed class CrossOrigin(bool allowsAny, bool allowsCredentials)
{
    // Browsers ask again after that long, in seconds.
    private const string MaxAge = "600";

    // What a page may read of a reply beside what every page may.
    private const string Readable = "fan-spans, retry-after, www-authenticate";

    private const string PrivateNetwork = "Access-Control-Request-Private-Network";

    /// <summary>Whether a browser only asks whether it may send a request.</summary>
    public static bool IsPreflight(IHttpRequestFeature request) =>
        request.Method == HttpMethods.Options && request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Says on a reply that the page may read it.</summary>
    /// <param name="headers">Those of the reply.</param>
    /// <param name="origin">The origin of the page, which is allowed; null where no page of another origin asks.</param>
    public void Allow(IHeaderDictionary headers, string? origin)
    {
        // A cache must not give the reply for one origin to another, nor the one for none to any.
        if (!allowsAny) headers.Vary = "Origin";
        if (origin is null) return;
        headers.AccessControlAllowOrigin = allowsAny ? "*" : origin;
        headers.AccessControlExposeHeaders = Readable;
        if (allowsCredentials) headers.AccessControlAllowCredentials = "true";
    }

    /// <summary>Answers what a browser asks before it sends a request.</summary>
    public void AnswerPreflight(IFeatureCollection features, IHttpRequestFeature request, string verbs)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        var headers = response.Headers;
        response.StatusCode = StatusCodes.Status204NoContent;
        headers.Remove("Access-Control-Expose-Headers");
        headers.Vary = allowsAny
            ? "Access-Control-Request-Method, Access-Control-Request-Headers"
            : "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        headers.AccessControlAllowMethods = verbs;
        // An origin that is allowed may send what any caller may.
        if (request.Headers.AccessControlRequestHeaders is { Count: > 0 } wanted) headers.AccessControlAllowHeaders = wanted.ToString();
        if (request.Headers.ContainsKey(PrivateNetwork)) headers["Access-Control-Allow-Private-Network"] = "true";
        headers.AccessControlMaxAge = MaxAge;
    }
}
