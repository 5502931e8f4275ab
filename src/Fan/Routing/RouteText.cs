using System.Globalization;
using Fan.Messaging;
using Fan.Tree;

namespace Fan.Routing;

/// <summary>Routes for people: all that their JSON says.</summary>
internal static class RouteText
{
    // Of many shards or keys the number is told.
    private const int MaxNamed = 8;

    /// <summary>What a value of the tree says; JSON that is no route is shown as it is.</summary>
    /// <param name="json">The value; null where there is none.</param>
    /// <param name="other">The value that it is compared with: of shards and keys only those are told that differ. Null tells all.</param>
    public static string Of(string? json, string? other = null)
    {
        try
        {
            return json is null && other is null
                ? "every version"
                : Of(json is null ? RouteEntry.Create([]) : RouteEntry.Parse(json), other is null ? null : RouteEntry.Parse(other));
        }
        catch (FormatException)
        {
            return json ?? "every version";
        }
    }

    private static string Of(RouteEntry entry, RouteEntry? other)
    {
        var text = entry.Alias is { } alias
            ? entry.Versions.IsEmpty
                ? "@" + alias
                : $"@{alias} ({string.Join(", ", entry.Versions.Where(version => version.Weight > 0).Select(version => version.Text))} " +
                    "behind it)"
            : entry.Versions.IsEmpty
            ? "every version"
            : entry.ToString();
        if (entry.Sticky is not null) text += $" by {entry.Sticky}";
        if (entry.AllowsOverride) text += ", callers may choose";
        var shards = entry.Assigned.Where(own => other is null || other.Assigned.GetValueOrDefault(own.Key) != own.Value)
            .Select(own => $"{own.Key.ToString(CultureInfo.InvariantCulture)} of {own.Value}")
            .Concat(other?.Assigned.Keys.Where(shard => !entry.Assigned.ContainsKey(shard))
                .Select(shard => $"{shard.ToString(CultureInfo.InvariantCulture)} as computed")
                ?? []);
        var keys = entry.Keys.Where(own => other is null || other.Keys.GetValueOrDefault(own.Key, -1) != own.Value)
            .Select(own => $"{Plain(own.Key)} in shard {own.Value.ToString(CultureInfo.InvariantCulture)}")
            .Concat(other?.Keys.Keys.Where(key => !entry.Keys.ContainsKey(key)).Select(key => $"{Plain(key)} as computed") ?? []);
        return text + Listed("shard", shards) + Listed("key", keys);
    }

    private static string Listed(string what, IEnumerable<string> all)
    {
        var texts = all.ToList();
        if (texts.Count == 0) return "";
        var told = string.Join(", ", texts.Take(MaxNamed));
        return texts.Count <= MaxNamed ? $"; {what} {told}" : $"; {what} {told} and {texts.Count - MaxNamed} more";
    }

    private static string Plain(string key) => HeaderText.Shorten(Uri.UnescapeDataString(key));
}
