using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Fan.Http.OpenApi;

namespace Fan.Http.Serving;

/// <summary>Answers <c>GET /openapi.json</c>.</summary>
internal static class OpenApiReply
{
    private static readonly string[] Verbs = [HttpMethods.Get, HttpMethods.Head];

    public static async ValueTask WriteAsync(IFeatureCollection features, string verb, OpenApiDocument document)
    {
        if (!Verbs.Contains(verb, StringComparer.Ordinal))
        {
            await ProblemReply.WrongVerbAsync(features, Verbs).ConfigureAwait(false);
            return;
        }

        var headers = features.GetRequiredFeature<IHttpResponseFeature>().Headers;
        headers.ContentType = "application/json";
        headers.ContentLength = document.Json.Length;
        if (verb == HttpMethods.Get)
        {
            await features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(document.Json).ConfigureAwait(false);
        }
    }
}
