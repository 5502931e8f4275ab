namespace Fan.Proxies;

/// <summary>Proxies that stand before each other, so that a call which each of them passes on goes round without end.</summary>
internal static class ProxyRing
{
    /// <summary>The ring to which a service leads, as people read it; null where there is none.</summary>
    /// <param name="service">Where to begin.</param>
    /// <param name="before">What a service stands before; null where it is no proxy.</param>
    public static async ValueTask<string?> FindAsync(string service, Func<string, ValueTask<string?>> before)
    {
        var way = new List<string> { service };
        while (await before(way[^1]).ConfigureAwait(false) is { } next)
        {
            if (way.IndexOf(next) is >= 0 and var at) return string.Join(" ▸ ", way.Skip(at).Append(next));
            way.Add(next);
        }

        return null;
    }
}
