using Fan.Messaging;
using Fan.Sharding;
using Fan.Tree;
using Fan.Versions;
using Semver;

namespace Fan.Routing;

/// <summary>Which of a service's active versions takes a call.</summary>
internal static class VersionChoice
{
    /// <summary>The baggage member by which a caller asks for versions: <c>retail.store=2.0.0 integration_api=3.1.0</c>.</summary>
    public const string OverrideMember = "fan-route";

    /// <summary>The version that a call takes; null where none that is active fits the range.</summary>
    /// <param name="entry">What the tree says of the service.</param>
    /// <param name="service">The service.</param>
    /// <param name="range">What the caller accepts.</param>
    /// <param name="draw">The call tree's draw: the same for every call in it.</param>
    /// <param name="context">The caller's context.</param>
    /// <param name="keys">The call's shard keys as they travel; null where it has none.</param>
    public static VersionWeight? Choose(RouteEntry entry, string service, VersionRange range, uint draw, CallContext context, string? keys)
    {
        if (entry.AllowsOverride && AskedFor(context, service) is { } asked)
        {
            foreach (var version in entry.Versions)
            {
                if (SemVersion.ComparePrecedence(version.Version, asked) == 0) return version;
            }
        }

        var whole = 0;
        VersionWeight? only = null;
        foreach (var version in entry.Versions)
        {
            if (!Fits(range, version)) continue;
            // With no weight among those that fit, the highest takes it.
            only ??= version;
            whole += version.Weight;
        }

        if (whole == 0) return only;
        var point = Point(entry, service, draw, context, keys) * whole / RouteEntry.WholeWeight;
        foreach (var version in entry.Versions)
        {
            if (!Fits(range, version)) continue;
            // The highest comes first: whom a growing share has reached stays with it.
            if (point < version.Weight) return version;
            point -= version.Weight;
        }

        return only;
    }

    public static bool Fits(VersionRange range, VersionWeight version) =>
        range.Contains(version.Version) || ReferenceEquals(range, VersionRange.Any);

    private static SemVersion? AskedFor(CallContext context, string service)
    {
        if (!context.Baggage.TryGetValue(OverrideMember, out var text)) return null;
        foreach (var part in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at == service.Length
                && part.StartsWith(service, StringComparison.Ordinal)
                && ServiceVersion.TryParse(part[(at + 1)..], out var version))
            {
                return version;
            }
        }

        return null;
    }

    private static int Point(RouteEntry entry, string service, uint draw, CallContext context, string? keys)
    {
        var key = entry.Sticky switch
        {
            null => null,
            "user" => context.User,
            // A service without keys stays with those of the shard that calls it.
            "shard" => keys ?? ShardKeyList.Format(context.ShardKeys),
            var member => context.Baggage.GetValueOrDefault(member),
        };
        // The service too, so that the first ten percent of one are not the first ten percent of another.
        var hash = ShardHash.Of(service);
        return (int)((key is null ? ShardHash.Mix(hash ^ draw) : ShardHash.Of(key, hash)) % RouteEntry.WholeWeight);
    }
}
