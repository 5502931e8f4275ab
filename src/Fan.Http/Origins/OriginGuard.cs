using Fan.Http.Settings;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;

namespace Fan.Http.Origins;

/// <summary>
/// Keeps the pages of other web sites out: whatever a browser sends for them says so, or under which name they found the way here. Safe
/// from any thread.
/// </summary>
internal sealed class OriginGuard
{
    private const string FetchSite = "Sec-Fetch-Site";

    private readonly HostNames _hosts;
    private readonly HashSet<string> _origins;
    private readonly bool _hasTls;

    public OriginGuard(FanHttpOptions options)
    {
        _hosts = new HostNames(options);
        _origins = options.AllowedOrigins.Select(WebOrigin.Normal).ToHashSet(StringComparer.Ordinal);
        _hasTls = options.CertificateFile is not null;
        Cors = options.AllowedOrigins.Count == 0 ? null : new CrossOrigin(AllowsAny, options.AllowCredentials);
    }

    /// <summary>What is said to pages of allowed origins; null where there are none.</summary>
    public CrossOrigin? Cors { get; }

    private bool AllowsAny => _origins.Contains(WebOrigin.Any);

    /// <summary>Who sends a request, and whether it may.</summary>
    public Visitor Look(IHeaderDictionary headers)
    {
        var host = (string?)headers.Host ?? "";
        if (!_hosts.Allows(host))
        {
            return Visitor.Refused(
                "host",
                $"'{HeaderText.Shorten(host)}' is no name of this listener; if it is asked for under that name, " +
                $"add it to Fan:Http:{nameof(FanHttpOptions.AllowedHosts)}.");
        }

        var origin = headers.Origin;
        var hasSite = headers.TryGetValue(FetchSite, out var site);
        if (origin.Count == 0 && !hasSite) return default;
        return origin.Count > 0 ? OfPage(origin.ToString(), hasSite ? site.ToString() : null, host) : OfSite(site.ToString());
    }

    private Visitor OfPage(string origin, string? site, string host)
    {
        if (AllowsAny || _origins.Contains(origin)) return new Visitor { IsPage = true, Origin = origin };
        if (WebOrigin.IsOf(origin, host, _hasTls) && site is null or "same-origin") return new Visitor { IsPage = true };
        return Visitor.Refused("origin", origin == "null"
            ? "A page without an origin (a file, a frame that is closed off, a redirect from elsewhere) may not call this service; " +
                $"serve it from an origin that Fan:Http:{nameof(FanHttpOptions.AllowedOrigins)} has."
            : $"A page of '{HeaderText.Shorten(origin)}' may not call this service; if it may, " +
                $"add that origin to Fan:Http:{nameof(FanHttpOptions.AllowedOrigins)}.");
    }

    // An image, a link or a script: the browser does not say whose. "none" is somebody who typed the address.
    private Visitor OfSite(string site) => AllowsAny || site is "same-origin" or "none"
        ? new Visitor { IsPage = true }
        : Visitor.Refused(
            "origin",
            $"A page of another site may not call this service (Sec-Fetch-Site is '{HeaderText.Shorten(site)}'); if it may, " +
            $"add its origin to Fan:Http:{nameof(FanHttpOptions.AllowedOrigins)} and let it use fetch with CORS.");
}
