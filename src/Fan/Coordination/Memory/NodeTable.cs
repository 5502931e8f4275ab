namespace Fan.Coordination;

/// <summary>The nodes of a tree and the rules of a commit. Not safe for threads: its owner holds a lock.</summary>
internal sealed class NodeTable
{
    private readonly Dictionary<string, Entry> _nodes = new() { ["/"] = new Entry() };
    private long _transaction;

    public StoreNode? Get(string path) =>
        _nodes.TryGetValue(path, out var node)
            ? new StoreNode(node.Data, node.Version, node.Owner, node.Created, node.Modified, node.Children.Count)
            : null;

    public IReadOnlyList<string>? Children(string path) => _nodes.TryGetValue(path, out var node) ? [.. node.Children] : null;

    /// <summary>Does all operations or none.</summary>
    /// <exception cref="StoreConflictException">One could not be done.</exception>
    public (IReadOnlyList<StoreResult> Results, List<StoreEvent> Events) Apply(IReadOnlyList<StoreOperation> operations, long session)
    {
        var undo = new Stack<Action>();
        var results = new StoreResult[operations.Count];
        var events = new List<StoreEvent>();
        _transaction++;
        try
        {
            for (var i = 0; i < operations.Count; i++)
                results[i] = Apply(i, operations[i], session, events, undo);
        }
        catch (StoreConflictException)
        {
            while (undo.TryPop(out var revert)) revert();
            throw;
        }

        CollectContainers(events);
        return (results, events);
    }

    public List<StoreEvent> RemoveSession(long session)
    {
        var events = new List<StoreEvent>();
        _transaction++;
        foreach (var path in _nodes.Where(node => node.Value.Owner == session).Select(node => node.Key).ToArray())
            Remove(path, events);

        CollectContainers(events);
        return events;
    }

    private StoreResult Apply(int index, StoreOperation operation, long session, List<StoreEvent> events, Stack<Action> undo)
    {
        switch (operation)
        {
            case StoreOperation.Create create:
                return Create(index, create, session, events, undo);

            case StoreOperation.Set set:
                var target = Require(index, set.Path, set.ExpectedVersion);
                var (data, version, modified) = (target.Data, target.Version, target.Modified);
                undo.Push(() => (target.Data, target.Version, target.Modified) = (data, version, modified));
                (target.Data, target.Version, target.Modified) = (set.Data.ToArray(), version + 1, _transaction);
                events.Add(new StoreEvent(StoreEventKind.Changed, set.Path));
                return new StoreResult(set.Path, target.Version);

            case StoreOperation.Delete delete:
                var gone = Require(index, delete.Path, delete.ExpectedVersion);
                if (gone.Children.Count > 0 || delete.Path == "/")
                {
                    throw new StoreConflictException(index, delete.Path, StoreConflict.NotEmpty);
                }

                Remove(delete.Path, events);
                undo.Push(() => Add(delete.Path, gone));
                return new StoreResult(delete.Path, gone.Version);

            default:
                return new StoreResult(
                    operation.Path, Require(index, operation.Path, ((StoreOperation.Check)operation).ExpectedVersion).Version);
        }
    }

    private StoreResult Create(int index, StoreOperation.Create create, long session, List<StoreEvent> events, Stack<Action> undo)
    {
        if (!_nodes.TryGetValue(StorePath.Parent(create.Path), out var parent))
        {
            throw new StoreConflictException(index, create.Path, StoreConflict.NoNode);
        }

        if (parent.Owner != 0) throw new StoreConflictException(index, create.Path, StoreConflict.EphemeralParent);

        var sequential = create.Kind is NodeKind.PersistentSequential or NodeKind.EphemeralSequential;
        // The number belongs to the parent and is never given twice while it lives, even if the commit is taken back.
        var path = sequential ? $"{create.Path}{parent.NextSequence++:D10}" : create.Path;
        if (_nodes.ContainsKey(path)) throw new StoreConflictException(index, path, StoreConflict.NodeExists);

        Add(path, new Entry
        {
            Data = create.Data.ToArray(),
            Created = _transaction,
            Modified = _transaction,
            IsContainer = create.Kind == NodeKind.Container,
            Owner = create.Kind is NodeKind.Ephemeral or NodeKind.EphemeralSequential ? session : 0,
        });
        undo.Push(() => Remove(path, []));
        events.Add(new StoreEvent(StoreEventKind.Created, path));
        return new StoreResult(path, 0);
    }

    private Entry Require(int index, string path, int version)
    {
        if (!_nodes.TryGetValue(path, out var node)) throw new StoreConflictException(index, path, StoreConflict.NoNode);
        return version < 0 || node.Version == version ? node : throw new StoreConflictException(index, path, StoreConflict.BadVersion);
    }

    private void Add(string path, Entry entry)
    {
        _nodes.Add(path, entry);
        var parent = _nodes[StorePath.Parent(path)];
        parent.Children.Add(StorePath.Name(path));
        parent.HadChildren = true;
    }

    private void Remove(string path, List<StoreEvent> events)
    {
        _nodes.Remove(path);
        _nodes[StorePath.Parent(path)].Children.Remove(StorePath.Name(path));
        events.Add(new StoreEvent(StoreEventKind.Deleted, path));
    }

    // A container goes when its last child has gone, and may empty the container above it.
    private void CollectContainers(List<StoreEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].Kind != StoreEventKind.Deleted) continue;
            var parent = StorePath.Parent(events[i].Path);
            if (_nodes.TryGetValue(parent, out var node) && node is { IsContainer: true, HadChildren: true, Children.Count: 0 })
            {
                Remove(parent, events);
            }
        }
    }

    private sealed class Entry
    {
        public byte[] Data { get; set; } = [];

        public int Version { get; set; }

        public long Owner { get; init; }

        public long Created { get; init; }

        public long Modified { get; set; }

        public bool IsContainer { get; init; }

        public bool HadChildren { get; set; }

        public long NextSequence { get; set; }

        public SortedSet<string> Children { get; } = new(StringComparer.Ordinal);
    }
}
