using Fan.Coordination;

namespace Fan.Sqlite;

/// <summary>
/// The nodes in the file and the rules of a commit. Every member runs in a transaction of its caller, who rolls back what throws.
/// </summary>
internal sealed class SqliteTree(StoreDatabase database)
{
    // Readers that are further behind than this read everything again.
    private const int KeptChanges = 10_000;

    public StoreNode? Get(string path)
    {
        using var row = database.Query("SELECT data, version, owner, created, modified, children FROM nodes WHERE path = $1", path);
        return row.Read()
            ? new StoreNode(
                row.GetFieldValue<byte[]>(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt32(5))
            : null;
    }

    public IReadOnlyList<string>? Children(string path)
    {
        if (database.Scalar("SELECT 1 FROM nodes WHERE path = $1", path) is null) return null;
        var names = new List<string>();
        using var rows = database.Query("SELECT name FROM nodes WHERE parent = $1 ORDER BY name", path);
        while (rows.Read())
        {
            // Written past Fan, and a path that nobody can ask for: fan doctor tells of it.
            if (rows.GetString(0) is var name && StorePath.IsValid(StorePath.Join(path, name))) names.Add(name);
        }

        return names;
    }

    /// <exception cref="StoreConflictException">An operation can't be done.</exception>
    public IReadOnlyList<StoreResult> Apply(IReadOnlyList<StoreOperation> operations, long session)
    {
        var transaction = NextTransaction();
        var results = new StoreResult[operations.Count];
        var emptied = new List<string>();
        for (var i = 0; i < operations.Count; i++)
        {
            results[i] = operations[i] switch
            {
                StoreOperation.Create create => Create(i, create, session, transaction),
                StoreOperation.Set set => Set(i, set, transaction),
                StoreOperation.Delete delete => Delete(i, delete, emptied),
                StoreOperation.Check check => new StoreResult(check.Path, Require(i, check.Path, check.ExpectedVersion).Version),
                var other => throw new ArgumentException($"Operation {other.GetType().Name} is not known.", nameof(operations)),
            };
        }

        Collect(emptied);
        return results;
    }

    /// <summary>Takes away what a session owns.</summary>
    public void RemoveOwned(long session)
    {
        NextTransaction();
        var paths = new List<string>();
        using (var rows = database.Query("SELECT path FROM nodes WHERE owner = $1", session))
        {
            while (rows.Read()) paths.Add(rows.GetString(0));
        }

        var emptied = new List<string>();
        foreach (var path in paths) Remove(path, emptied);
        Collect(emptied);
    }

    /// <summary>How many nodes have paths that nobody can ask for, and one of them.</summary>
    public (int Count, string? Example) Strange()
    {
        var strange = (Count: 0, Example: (string?)null);
        using var rows = database.Query("SELECT path FROM nodes");
        while (rows.Read())
        {
            if (!StorePath.IsValid(rows.GetString(0))) strange = (strange.Count + 1, strange.Example ?? rows.GetString(0));
        }

        return strange;
    }

    /// <summary>Takes those nodes away.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveStrange()
    {
        var paths = new List<string>();
        using (var rows = database.Query("SELECT path FROM nodes"))
        {
            while (rows.Read())
            {
                if (!StorePath.IsValid(rows.GetString(0))) paths.Add(rows.GetString(0));
            }
        }

        foreach (var path in paths)
        {
            var parent = (string)database.Scalar("SELECT parent FROM nodes WHERE path = $1", path)!;
            database.Run("DELETE FROM nodes WHERE path = $1", path);
            // Counted anew: who wrote them has perhaps not counted them.
            database.Run(
                "UPDATE nodes SET children = (SELECT count(*) FROM nodes AS below WHERE below.parent = nodes.path) WHERE path = $1",
                parent);
        }

        return paths.Count;
    }

    public long LastChange() => Convert.ToInt64(database.Scalar("SELECT coalesce(max(number), 0) FROM changes"));

    /// <summary>The changes after a number; null where some of them are not kept any more.</summary>
    public List<StoreEvent>? ChangesAfter(long number, out long last)
    {
        last = number;
        var changes = new List<StoreEvent>();
        using var rows = database.Query("SELECT number, kind, path FROM changes WHERE number > $1 ORDER BY number", number);
        while (rows.Read())
        {
            if (last == number && rows.GetInt64(0) != number + 1)
            {
                // Not the next one: the ones between were trimmed.
                last = LastChange();
                return null;
            }

            last = rows.GetInt64(0);
            if (StorePath.IsValid(rows.GetString(2))) changes.Add(new StoreEvent((StoreEventKind)rows.GetInt32(1), rows.GetString(2)));
        }

        return changes;
    }

    /// <summary>Forgets changes that nobody who keeps up can need.</summary>
    public void TrimChanges() => database.Run("DELETE FROM changes WHERE number <= (SELECT max(number) FROM changes) - $1", KeptChanges);

    private StoreResult Create(int index, StoreOperation.Create create, long session, long transaction)
    {
        var parent = StorePath.Parent(create.Path);
        var above = Get(parent) ?? throw new StoreConflictException(index, create.Path, StoreConflict.NoNode);
        if (above.EphemeralOwner != 0) throw new StoreConflictException(index, create.Path, StoreConflict.EphemeralParent);
        var path = create.Path;
        if (create.Kind is NodeKind.PersistentSequential or NodeKind.EphemeralSequential)
        {
            path += Convert.ToInt64(database.Scalar(
                "UPDATE nodes SET next_sequence = next_sequence + 1 WHERE path = $1 RETURNING next_sequence - 1", parent)).ToString("D10");
        }

        if (path == "/" || database.Scalar("SELECT 1 FROM nodes WHERE path = $1", path) is not null)
        {
            throw new StoreConflictException(index, path, StoreConflict.NodeExists);
        }

        var owner = create.Kind is NodeKind.Ephemeral or NodeKind.EphemeralSequential ? session : 0;
        database.Run(
            "INSERT INTO nodes VALUES ($1, $2, $3, $4, 0, $5, $6, $6, $7, 0, 0)",
            path, parent, StorePath.Name(path), create.Data.ToArray(), owner, transaction, create.Kind == NodeKind.Container ? 1 : 0);
        database.Run("UPDATE nodes SET children = children + 1 WHERE path = $1", parent);
        Log(StoreEventKind.Created, path);
        return new StoreResult(path, 0);
    }

    private StoreResult Set(int index, StoreOperation.Set set, long transaction)
    {
        var version = Require(index, set.Path, set.ExpectedVersion).Version + 1;
        database.Run(
            "UPDATE nodes SET data = $2, version = $3, modified = $4 WHERE path = $1", set.Path, set.Data.ToArray(), version, transaction);
        Log(StoreEventKind.Changed, set.Path);
        return new StoreResult(set.Path, version);
    }

    private StoreResult Delete(int index, StoreOperation.Delete delete, List<string> emptied)
    {
        var node = Require(index, delete.Path, delete.ExpectedVersion);
        if (node.ChildCount > 0 || delete.Path == "/") throw new StoreConflictException(index, delete.Path, StoreConflict.NotEmpty);
        Remove(delete.Path, emptied);
        return new StoreResult(delete.Path, node.Version);
    }

    private StoreNode Require(int index, string path, int version)
    {
        var node = Get(path) ?? throw new StoreConflictException(index, path, StoreConflict.NoNode);
        return version < 0 || node.Version == version ? node : throw new StoreConflictException(index, path, StoreConflict.BadVersion);
    }

    private void Remove(string path, List<string> emptied)
    {
        var parent = StorePath.Parent(path);
        database.Run("DELETE FROM nodes WHERE path = $1", path);
        database.Run("UPDATE nodes SET children = children - 1 WHERE path = $1", parent);
        Log(StoreEventKind.Deleted, path);
        emptied.Add(parent);
    }

    // A container goes when its last child has gone, and may empty the container above it.
    private void Collect(List<string> emptied)
    {
        for (var i = 0; i < emptied.Count; i++)
        {
            if (database.Scalar("SELECT 1 FROM nodes WHERE path = $1 AND container = 1 AND children = 0", emptied[i]) is not null)
            {
                Remove(emptied[i], emptied);
            }
        }
    }

    private long NextTransaction() => Convert.ToInt64(database.Scalar("UPDATE head SET number = number + 1 RETURNING number"));

    private void Log(StoreEventKind kind, string path) => database.Run("INSERT INTO changes (kind, path) VALUES ($1, $2)", (int)kind, path);
}
