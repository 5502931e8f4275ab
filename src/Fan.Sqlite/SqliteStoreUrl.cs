using Fan.Coordination;

namespace Fan.Sqlite;

/// <summary>A store's URL: <c>sqlite:PATH[?session=TIME]</c>, with <c>s</c> or <c>ms</c> after the time.</summary>
internal sealed record SqliteStoreUrl(string FilePath, TimeSpan Lease)
{
    private const string Scheme = "sqlite:";

    /// <exception cref="FormatException">It is none; the message names the place.</exception>
    public static SqliteStoreUrl Parse(string url)
    {
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            throw new FormatException($"Store '{url}' must begin with '{Scheme}'.");
        }

        var rest = url[Scheme.Length..];
        if (rest.StartsWith("//", StringComparison.Ordinal)) rest = rest[2..];
        var question = rest.IndexOf('?');
        var path = question < 0 ? rest : rest[..question];
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new FormatException($"Store '{url}' names no file; write sqlite:PATH.");
        }

        var lease = question < 0 ? TimeSpan.FromSeconds(10) : StoreUrlSession.Parse(url, rest[(question + 1)..]);
        return new SqliteStoreUrl(Path.GetFullPath(path), lease);
    }
}
