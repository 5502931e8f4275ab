using Fan.Coordination;

namespace Fan.Discovery;

/// <summary>Where endpoints stand in the store: <c>/endpoints/{a}/{b}/{version}/{kind}_{sequence}</c>; micro-fan's layout.</summary>
internal static class EndpointPath
{
    public const string Root = "/endpoints";
    public const string Barrier = "barrier";

    public static string Service(string canonical) => $"{Root}/{canonical.Replace('.', '/')}";

    public static string Version(string canonical, string version) => $"{Service(canonical)}/{version}";

    /// <summary>The name that the sequence is appended to. <c>config_</c> is what micro-fan calls over plain HTTP, so nothing else may have it.</summary>
    public static string Prefix(string transport) => transport == "http" ? "config_" : transport + "_";

    /// <summary>The version and node name of a path below a service's node; false for anything that is no endpoint.</summary>
    public static bool TryParse(string servicePath, string path, out string version, out string node)
    {
        version = node = "";
        if (path.Length <= servicePath.Length + 1 || !path.StartsWith(servicePath, StringComparison.Ordinal)) return false;
        var parts = path[(servicePath.Length + 1)..].Split('/');
        if (parts.Length != 2 || parts[1] == Barrier || !Routing.ServiceVersion.TryParse(parts[0], out _)) return false;
        (version, node) = (parts[0], parts[1]);
        return true;
    }

    /// <summary>The nodes above an endpoint, from the top.</summary>
    public static IEnumerable<StoreOperation.Create> Chain(string canonical, string version)
    {
        yield return new StoreOperation.Create(Root);
        var path = Root;
        foreach (var part in canonical.Split('.').Append(version))
        {
            path = StorePath.Join(path, part);
            yield return new StoreOperation.Create(path, Kind: NodeKind.Container);
        }
    }
}
