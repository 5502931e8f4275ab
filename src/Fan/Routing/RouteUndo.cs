using Fan.Tree;

namespace Fan.Routing;

/// <summary>
/// Undoes what one commit changed of a route where others have changed something else of it since: who takes the calls, the owner of one
/// shard and the shard of one key are each a thing of its own.
/// </summary>
internal static class RouteUndo
{
    /// <summary>The route as it becomes; false where what the commit changed was changed again.</summary>
    /// <param name="before">The route before the commit.</param>
    /// <param name="after">The route that the commit made.</param>
    /// <param name="now">The route now.</param>
    /// <param name="undone">What it becomes; null where nothing is left of it.</param>
    public static bool TryUndo(RouteEntry? before, RouteEntry? after, RouteEntry? now, out RouteEntry? undone)
    {
        var nothing = RouteEntry.Create([]);
        var (from, to, route) = (after ?? nothing, before ?? nothing, now ?? nothing);
        undone = null;
        if (!TryPick(to.CallsText, from.CallsText, route.CallsText, out var calls)
            || !TryPick(to.UnknownText, from.UnknownText, route.UnknownText, out var unknown))
        {
            return false;
        }

        var owners = new Dictionary<int, string?>();
        foreach (var shard in to.Assigned.Keys.Union(from.Assigned.Keys))
        {
            if (!TryPick(
                to.Assigned.GetValueOrDefault(shard),
                from.Assigned.GetValueOrDefault(shard),
                route.Assigned.GetValueOrDefault(shard),
                out var owner))
            {
                return false;
            }

            owners[shard] = owner;
        }

        var shards = new Dictionary<string, int?>(StringComparer.Ordinal);
        foreach (var key in to.Keys.Keys.Union(from.Keys.Keys))
        {
            if (!TryPick(Listed(to, key), Listed(from, key), Listed(route, key), out var shard)) return false;
            shards[key] = shard;
        }

        var called = calls == route.CallsText ? route : to;
        var known = unknown == route.UnknownText ? route : to;
        var merged = RouteEntry.Combine(called, route, known).Assign(owners).List(shards);
        undone = merged.ToJson() == nothing.ToJson() ? null : merged;
        return true;
    }

    // What the commit did not change stays as it is now; what it did is as before, if it is still what the commit made of it.
    private static bool TryPick<T>(T before, T after, T now, out T picked)
    {
        var isSame = EqualityComparer<T>.Default;
        picked = isSame.Equals(before, after) ? now : before;
        return isSame.Equals(before, after) || isSame.Equals(now, after);
    }

    private static int? Listed(RouteEntry entry, string key) => entry.Keys.TryGetValue(key, out var shard) ? shard : null;
}
