using Fan.Coordination;

namespace Fan.Discovery;

/// <summary>Where endpoints stand in the store: <c>/endpoints/{a}/{b}/{version}/{kind}_{sequence}</c>; micro-fan's layout.</summary>
internal static class EndpointPath
{
    public const string Root = "/endpoints";
    public const string Barrier = "barrier";

    private const string PlainHttp = "http";
    private const string MicroFanPrefix = "config_";

    public static string Service(string canonical) => $"{Root}/{canonical.Replace('.', '/')}";

    public static string Version(string canonical, string version) => $"{Service(canonical)}/{version}";

    /// <summary>
    /// The name that the sequence is appended to. <c>config_</c> is what micro-fan calls over plain HTTP, so nothing else may have it.
    /// </summary>
    public static string Prefix(string transport) => transport switch
    {
        PlainHttp => MicroFanPrefix,
        _ when $"{transport}_".StartsWith(MicroFanPrefix, StringComparison.Ordinal) => $"other_{transport}_",
        _ => transport + "_",
    };

    /// <summary>Whether micro-fan can call what is behind it.</summary>
    public static bool IsForMicroFan(EndpointDescription endpoint) => endpoint.Transport == PlainHttp;

    /// <summary>Whether micro-fan takes a node of that name in a version's own for an endpoint.</summary>
    public static bool IsForMicroFan(string node) => node.StartsWith(MicroFanPrefix, StringComparison.Ordinal);

    /// <summary>The version and node name of a path below a service's node; false for anything that is no endpoint.</summary>
    public static bool TryParse(string servicePath, string path, out string version, out string node) =>
        TryParseBelow(servicePath, path, out version, out node) && node is not ("" or Barrier);

    /// <summary>
    /// The version that a path below a service's node is of, and the name of a node in it; that is empty for the version's own node.
    /// </summary>
    public static bool TryParseBelow(string servicePath, string path, out string version, out string node)
    {
        version = node = "";
        if (path.Length <= servicePath.Length + 1 || !path.StartsWith(servicePath, StringComparison.Ordinal)) return false;
        var parts = path[(servicePath.Length + 1)..].Split('/');
        if (parts.Length > 2 || !Versions.ServiceVersion.TryParse(parts[0], out _)) return false;
        (version, node) = (parts[0], parts.Length > 1 ? parts[1] : "");
        return true;
    }

    /// <summary>
    /// Whether the name of a node in a service's own is meant as a version, though it is none, e.g. <c>v3</c> or <c>1.2.3.4</c>; the name
    /// of a service may look so too.
    /// </summary>
    public static bool LooksLikeVersion(string name) =>
        !Versions.ServiceVersion.TryParse(name, out _)
        && name.AsSpan().TrimStart("vV") is { IsEmpty: false } rest
        && char.IsAsciiDigit(rest[0]);

    /// <summary>
    /// The nodes above a version, from the top. They stay, as micro-fan's do: a service of micro-fan that registers while one of them goes
    /// would not try again.
    /// </summary>
    public static IEnumerable<StoreOperation.Create> Above(string canonical)
    {
        yield return new StoreOperation.Create(Root);
        var path = Root;
        foreach (var part in canonical.Split('.'))
        {
            path = StorePath.Join(path, part);
            yield return new StoreOperation.Create(path);
        }
    }

    /// <summary>The node of a version: whoever leaves it last takes it away, and the store does where nobody could.</summary>
    public static StoreOperation.Create VersionNode(string versionPath) => new(versionPath, Kind: NodeKind.Container);

    /// <summary>The nodes above an endpoint, from the top.</summary>
    public static IEnumerable<StoreOperation.Create> Chain(string canonical, string version) =>
        Above(canonical).Append(VersionNode(Version(canonical, version)));
}
