namespace Fan.Http.Settings;

/// <summary>Origins of web pages, as browsers write them: scheme, host and port, where that is not the scheme's own.</summary>
internal static class WebOrigin
{
    public const string Any = "*";

    /// <summary>What is wrong with an entry of <see cref="FanHttpOptions.AllowedOrigins"/>; null where it is right.</summary>
    public static string? ProblemOf(string entry) =>
        entry == Any
            || (Uri.TryCreate(entry, UriKind.Absolute, out var uri)
                && uri is { Scheme: "http" or "https", UserInfo: "", PathAndQuery: "/", Fragment: "" }
                && !entry.EndsWith('/')
                && !entry.Contains('*', StringComparison.Ordinal))
            ? null
            : $"{nameof(FanHttpOptions.AllowedOrigins)} takes origins of a scheme, a host and maybe a port, " +
                $"such as 'https://shop.example', and '*' for any; one is '{entry}'.";

    /// <summary>An entry as a browser would write it.</summary>
    public static string Normal(string entry)
    {
        if (entry == Any) return Any;
        var uri = new Uri(entry);
        var host = uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : uri.IdnHost;
        return uri.IsDefaultPort ? $"{uri.Scheme}://{host}" : $"{uri.Scheme}://{host}:{uri.Port}";
    }

    /// <summary>
    /// Whether a page has the origin that was asked for. What stands before us may have taken TLS away, and can't have added it.
    /// </summary>
    public static bool IsOf(string origin, string host, bool hasTls)
    {
        var end = origin.IndexOf("://", StringComparison.Ordinal);
        if (end < 0) return false;
        var scheme = origin.AsSpan(0, end);
        var authority = origin.AsSpan(end + 3);
        var isHttps = scheme.SequenceEqual("https");
        if (!isHttps && (hasTls || !scheme.SequenceEqual("http"))) return false;
        if (authority.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        var port = isHttps ? ":443" : ":80";
        return host.EndsWith(port, StringComparison.Ordinal)
            && authority.Equals(host.AsSpan(0, host.Length - port.Length), StringComparison.OrdinalIgnoreCase);
    }
}
