using System.Collections.Immutable;
using Fan.Coordination;

namespace Fan.Discovery;

/// <summary>
/// Endpoints that were known when this application lost its session, or when the store's root was deleted: others mostly lost theirs at the
/// same time, and register again within moments. Until one session's time has passed they are called as before. For one flow of control.
/// </summary>
internal sealed class RetainedEndpoints(TimeProvider clock)
{
    // Where a store has no lease, or one that says little of how soon others come back.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private long _session;
    private long _since;
    private TimeSpan _time;

    /// <summary>How long they stay from now on; null where there are none.</summary>
    public TimeSpan? Left =>
        _ids.Count == 0 ? null : _time - clock.GetElapsedTime(_since) is { } left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>
    /// Whether a node of the path and the transaction that are known is that node: a store that was restored or begun anew counts both
    /// anew.
    /// </summary>
    public bool Trusts(ICoordinationStore store, string id) => store.SessionId == _session && !_ids.Contains(id);

    /// <summary>Whether both are the same listener.</summary>
    public static bool IsSame(Endpoint one, Endpoint other) => PlaceOf(one) == PlaceOf(other);

    /// <summary>What is known was taken out of the store by somebody else than those who registered it.</summary>
    public void Keep(ICoordinationStore store, ImmutableDictionary<string, Endpoint> known)
    {
        (_since, _time) = (
            clock.GetTimestamp(), store.LeaseRemaining is var lease && lease > TimeSpan.Zero && lease <= Longest ? lease : Usual);
        foreach (var id in known.Keys) _ids.Add(id);
    }

    /// <summary>What is known after all was read anew: what was found, and what stays for a while.</summary>
    public ImmutableDictionary<string, Endpoint> Merge(
        ICoordinationStore store, ImmutableDictionary<string, Endpoint> known, ImmutableDictionary<string, Endpoint> found)
    {
        var session = store.SessionId;
        if (_session != 0 && session != _session) Keep(store, known);
        _session = session;
        if (Left is not { } left || left == TimeSpan.Zero) _ids.Clear();
        if (_ids.Count == 0) return found;
        var places = found.Values.Select(PlaceOf).ToHashSet();
        _ids.RemoveWhere(id => found.ContainsKey(id) || !known.TryGetValue(id, out var endpoint) || places.Contains(PlaceOf(endpoint)));
        return found.AddRange(_ids.Select(id => KeyValuePair.Create(id, known[id])));
    }

    /// <summary>An endpoint has registered: what stays of the same one goes.</summary>
    public ImmutableDictionary<string, Endpoint> Add(ImmutableDictionary<string, Endpoint> known, Endpoint endpoint)
    {
        _ids.Remove(endpoint.Id);
        if (_ids.Count == 0) return known.SetItem(endpoint.Id, endpoint);
        var place = PlaceOf(endpoint);
        var replaced = _ids.Where(id => PlaceOf(known[id]) == place).ToList();
        _ids.ExceptWith(replaced);
        return known.RemoveRange(replaced).SetItem(endpoint.Id, endpoint);
    }

    private static (string Version, string Transport, string? Instance, string? Host, int Port) PlaceOf(Endpoint endpoint) => (
        endpoint.Version,
        endpoint.Description.Transport,
        endpoint.Description.Instance,
        endpoint.Description.Host,
        endpoint.Description.Port);
}
