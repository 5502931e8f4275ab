using Fan.Discovery;

namespace Fan.Http.Settings;

/// <summary>Whether an endpoint takes HTTPS, as its data in the store says.</summary>
internal static class HttpScheme
{
    /// <summary>The key among the properties of an endpoint; where it is missing the endpoint takes HTTP.</summary>
    public const string Property = "scheme";

    /// <summary>The scheme of its URLs.</summary>
    public static string Of(EndpointDescription endpoint) =>
        endpoint.Properties.TryGetValue(Property, out var scheme) && scheme.Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase)
            ? Uri.UriSchemeHttps
            : Uri.UriSchemeHttp;
}
