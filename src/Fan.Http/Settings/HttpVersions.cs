using Fan.Discovery;

namespace Fan.Http.Settings;

/// <summary>Which HTTP versions an endpoint takes, as its data in the store says.</summary>
internal static class HttpVersions
{
    /// <summary>The key among the properties of an endpoint.</summary>
    public const string Property = "http_versions";

    /// <summary>What our listener takes on its one port: without TLS by prior knowledge, with TLS as both agree.</summary>
    public const string Ours = "1.1,2";

    /// <summary>Whether it takes HTTP/2. Everybody takes HTTP/1.1.</summary>
    public static bool TakesHttp2(EndpointDescription endpoint) =>
        endpoint.Properties.TryGetValue(Property, out var taken)
        && taken.Split(',', StringSplitOptions.TrimEntries).Contains("2", StringComparer.Ordinal);
}
