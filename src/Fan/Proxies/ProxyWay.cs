using Fan.Messaging;

namespace Fan.Proxies;

/// <summary>The proxies that a call has passed, as they travel: their names, the first one first, with commas between them.</summary>
internal static class ProxyWay
{
    // Of a long way the beginning and the end tell which proxies lead to each other.
    private const int MaxTold = 6;

    /// <summary>The way with one more proxy.</summary>
    /// <exception cref="LimitExceededException">It is too long: the proxies lead to each other.</exception>
    public static string With(string? way, string proxy, int max)
    {
        if (way is null) return proxy;
        if (way.AsSpan().Count(',') + 1 < max) return $"{way},{proxy}";
        var passed = way.Split(',');
        var told = passed.Length <= 2 * MaxTold ? passed : [.. passed[..MaxTold], "…", .. passed[^MaxTold..]];
        throw new LimitExceededException(
            nameof(ProxyOptions.MaxPassed),
            $"The call has passed {passed.Length} proxies and is not let through '{proxy}': " +
            $"{string.Join(" ▸ ", told.Select(HeaderText.Shorten))}. They lead to each other, " +
            $"or {nameof(ProxyOptions.MaxPassed)} of '{proxy}' ({max}) is too small.");
    }
}
