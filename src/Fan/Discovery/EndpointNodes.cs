using Fan.Coordination;

namespace Fan.Discovery;

/// <summary>
/// The nodes of one instance of a service version, one for each of its transports. They come in one commit, and the version's node goes
/// with the last of them. Safe from any thread.
/// </summary>
internal sealed class EndpointNodes
{
    private readonly string _service;
    private readonly string _versionPath;
    private readonly bool _persistent;
    private readonly (EndpointDescription Description, byte[] Data)[] _parts;

    public EndpointNodes(string service, string version, IEnumerable<EndpointDescription> transports, bool persistent)
    {
        _service = service;
        _versionPath = EndpointPath.Version(service, version);
        _persistent = persistent;
        // Whoever finds an instance by the one node that micro-fan knows finds all others of it there.
        _parts = [.. transports.OrderBy(transport => EndpointPath.IsForMicroFan(transport))
            .Select(transport => transport.ToJson())
            .Select(data => (EndpointDescription.Parse(data), data))];
    }

    /// <summary>Whether micro-fan can call it, if it sees the version.</summary>
    public bool AreForMicroFan => EndpointPath.IsForMicroFan(_parts[^1].Description);

    /// <summary>
    /// Creates them, with what is missing above, in the place of those that an earlier session of the same instance left.
    /// </summary>
    public async Task<IReadOnlyList<string>> CreateAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        while (true)
        {
            var left = await FindOursAsync(store, cancellationToken).ConfigureAwait(false);
            if (ArePresent(left, store)) return [.. left.Select(node => node.Path)];
            var operations = new List<StoreOperation>();
            if (await store.GetAsync(_versionPath, cancellationToken).ConfigureAwait(false) is null)
            {
                foreach (var parent in EndpointPath.Above(_service))
                {
                    await CreateUnlessThereAsync(store, parent, cancellationToken).ConfigureAwait(false);
                }

                // Together with what is in it: micro-fan's callers fail on a version without instances.
                operations.Add(EndpointPath.VersionNode(_versionPath));
            }

            operations.AddRange(left.Select(node => new StoreOperation.Delete(node.Path, node.Version)));
            var created = operations.Count;
            operations.AddRange(_parts.Select(part => new StoreOperation.Create(
                StorePath.Join(_versionPath, EndpointPath.Prefix(part.Description.Transport)),
                part.Data,
                _persistent ? NodeKind.PersistentSequential : NodeKind.EphemeralSequential)));
            try
            {
                var results = await store.CommitAsync(operations, cancellationToken).ConfigureAwait(false);
                return [.. results.Skip(created).Select(result => result.Path)];
            }
            catch (StoreConflictException error)
                when (error.Conflict is StoreConflict.NoNode or StoreConflict.NodeExists or StoreConflict.BadVersion)
            {
                // The version came or went at this moment, or what was left did: look again.
            }
        }
    }

    /// <summary>Deletes them, and the version's node with them if nothing else is in it: another instance, or a barrier.</summary>
    public async Task DeleteAsync(ICoordinationStore store, IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        var deletions = nodes.Select(node => new StoreOperation.Delete(node)).ToList();
        var version = new StoreOperation.Delete(_versionPath);
        if (await TryCommitAsync(store, [.. deletions, version], cancellationToken).ConfigureAwait(false)) return;
        foreach (var deletion in deletions) await TryCommitAsync(store, [deletion], cancellationToken).ConfigureAwait(false);
        // The other instance may have left meanwhile, and have found ours.
        await TryCommitAsync(store, [version], cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> TryCommitAsync(
        ICoordinationStore store, IReadOnlyList<StoreOperation> operations, CancellationToken cancellationToken)
    {
        try
        {
            await store.CommitAsync(operations, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException)
        {
            return false;
        }
    }

    private static async Task CreateUnlessThereAsync(
        ICoordinationStore store, StoreOperation.Create parent, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(parent.Path, cancellationToken).ConfigureAwait(false) is not null) return;
        await TryCommitAsync(store, [parent], cancellationToken).ConfigureAwait(false);
    }

    private bool ArePresent(List<(string Path, int Version, long Owner, int Part)> left, ICoordinationStore store) =>
        left.Count == _parts.Length && left.All(node => node.Part >= 0 && node.Owner == (_persistent ? 0 : store.SessionId))
        && left.Select(node => node.Part).Distinct().Count() == _parts.Length;

    // A node of this very instance that an earlier session owns would get calls twice as often until that session expires.
    private async Task<List<(string Path, int Version, long Owner, int Part)>> FindOursAsync(
        ICoordinationStore store, CancellationToken cancellationToken)
    {
        var found = new List<(string Path, int Version, long Owner, int Part)>();
        foreach (var name in await store.GetChildrenAsync(_versionPath, cancellationToken).ConfigureAwait(false) ?? [])
        {
            if (name == EndpointPath.Barrier) continue;
            var path = StorePath.Join(_versionPath, name);
            if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node) continue;
            var part = Array.FindIndex(_parts, part => node.Data.Span.SequenceEqual(part.Data));
            if (part >= 0 || IsOurs(node)) found.Add((path, node.Version, node.EphemeralOwner, part));
        }

        return found;
    }

    private bool IsOurs(StoreNode node)
    {
        EndpointDescription other;
        try
        {
            other = EndpointDescription.Parse(node.Data);
        }
        catch (FormatException)
        {
            return false;
        }

        return Array.Exists(_parts, part => other.Transport == part.Description.Transport && (_persistent
            ? node.EphemeralOwner == 0 && other.IsFan && other.Host == part.Description.Host && other.Port == part.Description.Port
            : other.Instance is { } instance && instance == part.Description.Instance));
    }
}
