using System.Globalization;
using System.Reflection;

namespace Fan.Http.Calling;

/// <summary>Whether a request that failed over HTTP/2 can't have been begun by its server: it refused the stream, ended the connection before it, or had none of the body.</summary>
internal static class NotBegun
{
    // The handler knows it, as it sends such requests again itself, though not for ever; it tells nobody. Where a later one has no such property, a call counts as begun.
    private static readonly PropertyInfo? AllowRetry = typeof(HttpRequestException).GetProperty("AllowRetry", BindingFlags.Instance | BindingFlags.NonPublic);

    public static bool IsSaid(HttpRequestException error, HttpRequestMessage request) =>
        request.Content is PayloadContent { IsUntouched: true } || (AllowRetry?.GetValue(error) is { } word && Convert.ToInt32(word, CultureInfo.InvariantCulture) != 0);
}
