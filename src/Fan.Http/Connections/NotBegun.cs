using System.Globalization;
using System.Reflection;
using Fan.Transports;

namespace Fan.Http.Connections;

/// <summary>
/// Requests that failed over HTTP/2 and can't have been begun by their server: it refused the stream, or ended the connection before it.
/// </summary>
internal static class NotBegun
{
    // The handler knows it, as it sends such requests again itself, though not for ever; it tells nobody. Where a later one has no such
    // property, a call counts as begun.
    private static readonly PropertyInfo? AllowRetry = typeof(HttpRequestException).GetProperty(
        "AllowRetry", BindingFlags.Instance | BindingFlags.NonPublic);

    // Where no connection came about, it would go on with the next proxy: that is another error.
    public static bool IsSaid(HttpRequestException error) =>
        error.HttpRequestError is HttpRequestError.Unknown or HttpRequestError.HttpProtocolError
            && AllowRetry?.GetValue(error) is { } word && Convert.ToInt32(word, CultureInfo.InvariantCulture) != 0;

    public static EndpointUnreachableException Of(OutgoingCall call, HttpRequestException error) =>
        new(call.Endpoint, $"{call.Endpoint} did not begin the call: {(error.InnerException ?? error).Message}", error);
}
