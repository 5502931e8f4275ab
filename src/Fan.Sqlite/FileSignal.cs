namespace Fan.Sqlite;

/// <summary>Tells when some process has written the store: the system watches the write-ahead log. It may ring too often, and where the system can't watch, never.</summary>
internal sealed class FileSignal : IDisposable
{
    private readonly FileSystemWatcher? _watcher;

    public FileSignal(string path, Action ring)
    {
        try
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path) + "-wal") { NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName };
            _watcher.Changed += (_, _) => ring();
            _watcher.Created += (_, _) => ring();
            _watcher.Error += (_, _) => ring();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception error) when (error is IOException or ArgumentException or PlatformNotSupportedException)
        {
            // The system has no watches left: the regular look at the file must do.
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    public void Dispose() => _watcher?.Dispose();
}
