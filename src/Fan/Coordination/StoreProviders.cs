namespace Fan.Coordination;

/// <summary>Every kind of store that the application knows. Safe from any thread.</summary>
internal sealed class StoreProviders
{
    private readonly Dictionary<string, IStoreProvider> _byScheme = new(StringComparer.OrdinalIgnoreCase);

    public StoreProviders(IEnumerable<IStoreProvider> providers)
    {
        Add(new MemoryStoreProvider());
        foreach (var provider in providers) Add(provider);
    }

    /// <summary>Whether one of them can be used when nobody names a store.</summary>
    public bool HasDefault => _byScheme.Values.Any(provider => provider.DefaultUrl is not null);

    /// <summary>The store of a URL, or the embedded one.</summary>
    /// <exception cref="FormatException">It is no URL of a known kind.</exception>
    public ICoordinationStore Create(string? url)
    {
        var (provider, named) = Find(url);
        return provider.Create(named);
    }

    /// <summary>The store of a URL, or the embedded one, where it exists already.</summary>
    /// <exception cref="FormatException">It is no URL of a known kind.</exception>
    public ICoordinationStore CreateExisting(string? url)
    {
        var (provider, named) = Find(url);
        return provider.CreateExisting(named);
    }

    private (IStoreProvider Provider, string Url) Find(string? url)
    {
        url ??= _byScheme.Values.Select(provider => provider.DefaultUrl).FirstOrDefault(candidate => candidate is not null) ?? "memory:";
        var colon = url.IndexOf(':');
        var known = string.Join(", ", _byScheme.Keys.Order(StringComparer.Ordinal).Select(scheme => scheme + ":"));
        if (colon <= 0) throw new FormatException($"Store '{url}' must be a URL that begins with its kind; known here are {known}.");
        return _byScheme.TryGetValue(url[..colon], out var provider)
            ? (provider, url)
            : throw new FormatException(
                $"Stores of kind '{url[..colon]}:' are not known here; known are {known}. " +
                "Add the package of that store, and its Add… call.");
    }

    private void Add(IStoreProvider provider) => _byScheme[provider.Scheme] = provider;
}
