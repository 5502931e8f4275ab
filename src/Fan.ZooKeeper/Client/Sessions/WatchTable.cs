namespace Fan.ZooKeeper.Client;

/// <summary>The watches of one client: one with the server for each path, whoever many follow it. Safe from any thread.</summary>
internal sealed class WatchTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> _byPath;

    public WatchTable() => _byPath = _entries.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds a follower. The watch is armed when <see cref="ArmAsync"/> or a reconnection has done so.</summary>
    public void Add(string path, IWatchSink sink)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(path, out var entry)) _entries[path] = entry = new Entry();
            entry.Sinks.Add(sink);
        }
    }

    /// <summary>Removes a follower, and with the last one the watch.</summary>
    public void Remove(string path, IWatchSink sink)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(path, out var entry) || !entry.Sinks.Remove(sink) || entry.Sinks.Count > 0) return;
            _entries.Remove(path);
            // Under the lock, so that it goes out before somebody else arms the path again. Nobody waits for the answer.
            entry.AskedOn?.TrySend(new RemoveWatchRequest(path));
        }
    }

    /// <summary>Asks the server to arm the watch of a path, unless it is armed on this connection.</summary>
    /// <exception cref="ConnectionEndedException">The connection has ended: try the next one.</exception>
    public Task ArmAsync(string path, EnsembleConnection connection)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(path, out var entry) || ReferenceEquals(entry.ArmedOn, connection)) return Task.CompletedTask;
            var request = new AddWatchRequest(path);
            if (!connection.TrySend(request)) throw new ConnectionEndedException($"{connection.Server} ended the connection.");
            entry.AskedOn = connection;
            return request.Done;
        }
    }

    public void NoteArmed(string path, EnsembleConnection connection)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(path, out var entry)) entry.ArmedOn = connection;
        }
    }

    /// <summary>Sends what arms all watches on a new connection.</summary>
    public (List<string> Paths, List<Task> Answers) SendAll(EnsembleConnection connection, string chroot, long lastZxid)
    {
        lock (_gate)
        {
            List<string> paths = [.. _entries.Keys];
            List<Task> answers = [];
            foreach (var request in SetWatchesRequest.For(paths, chroot, lastZxid))
            {
                if (!connection.TrySend(request)) throw new ConnectionEndedException($"{connection.Server} ended the connection.");
                answers.Add(request.Done);
            }

            foreach (var entry in _entries.Values) entry.AskedOn = connection;
            return (paths, answers);
        }
    }

    /// <summary>Tells the followers of paths that are armed anew.</summary>
    public void NoteRearmed(List<string> paths, EnsembleConnection connection)
    {
        lock (_gate)
        {
            foreach (var path in paths)
            {
                if (!_entries.TryGetValue(path, out var entry)) continue;
                entry.ArmedOn = connection;
                foreach (var sink in entry.Sinks) sink.OnRearmed();
            }
        }
    }

    /// <summary>Hands a change to the followers of its path and of all paths above it.</summary>
    public void Dispatch(WatchEvent change)
    {
        // What is recursive sees children come and go by themselves.
        if (change.Type is not (WatchEventType.Created or WatchEventType.Deleted or WatchEventType.DataChanged)) return;
        lock (_gate)
        {
            for (var path = change.Path.AsSpan(); ; path = path[..Math.Max(path.LastIndexOf('/'), 1)])
            {
                if (_byPath.TryGetValue(path, out var entry))
                {
                    foreach (var sink in entry.Sinks) sink.OnEvent(change);
                }

                if (path.Length <= 1) return;
            }
        }
    }

    private sealed class Entry
    {
        public List<IWatchSink> Sinks { get; } = [];

        /// <summary>The connection that was asked last to arm it.</summary>
        public EnsembleConnection? AskedOn { get; set; }

        /// <summary>The connection that has armed it.</summary>
        public EnsembleConnection? ArmedOn { get; set; }
    }
}
