using System.Collections.Concurrent;

namespace Fan.Coordination;

/// <summary>Stores in memory by name, <c>memory:NAME</c>: sessions with one name share a tree. The names belong to one container.</summary>
internal sealed class MemoryStoreProvider : IStoreProvider
{
    private readonly ConcurrentDictionary<string, MemoryTree> _trees = new(StringComparer.Ordinal);

    public string Scheme => "memory";

    public ICoordinationStore Create(string url) =>
        new MemoryCoordinationStore(_trees.GetOrAdd(url["memory:".Length..], _ => new MemoryTree()));
}
