using System.Globalization;
using Fan.Http.Problems;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>Writes problem details.</summary>
internal static class ProblemReply
{
    private const string PlainType = "about:blank";

    public static ValueTask WriteAsync(IFeatureCollection features, WireError error)
    {
        var problem = Problem.From(error, ProblemStatus.For(error));
        var headers = features.GetRequiredFeature<IHttpResponseFeature>().Headers;
        if (error.Code == ErrorCodes.CircuitOpen && error.RetryAfterMilliseconds is { } pause)
            headers.RetryAfter = Math.Max(1, (pause + 999) / 1000).ToString(CultureInfo.InvariantCulture);
        // The standard asks for a challenge with that status.
        if (problem.Status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = "Bearer";
        return WriteAsync(features, problem);
    }

    public static ValueTask NotFoundAsync(IFeatureCollection features) => WriteAsync(features, new Problem
    {
        Type = PlainType,
        Title = "Not Found",
        Status = StatusCodes.Status404NotFound,
        Detail = "Nothing is served at this path. Services are at POST /{service}/{method}, and described at /openapi.json.",
    });

    public static ValueTask WrongVerbAsync(IFeatureCollection features, IReadOnlyList<string> allowed)
    {
        var verbs = string.Join(", ", allowed.Distinct(StringComparer.Ordinal));
        features.GetRequiredFeature<IHttpResponseFeature>().Headers.Allow = verbs;
        return WriteAsync(features, new Problem
        {
            Type = PlainType,
            Title = "Method Not Allowed",
            Status = StatusCodes.Status405MethodNotAllowed,
            Detail = $"This path takes {verbs}.",
        });
    }

    private static async ValueTask WriteAsync(IFeatureCollection features, Problem problem)
    {
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        var json = problem.ToJson();
        response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
        response.Headers.ContentType = Problem.MediaType;
        response.Headers.ContentLength = json.Length;
        await features.GetRequiredFeature<IHttpResponseBodyFeature>().Writer.WriteAsync(json).ConfigureAwait(false);
    }
}
