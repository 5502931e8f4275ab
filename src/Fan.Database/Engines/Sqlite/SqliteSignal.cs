namespace Fan.Database.Engines.Sqlite;

/// <summary>
/// Tells when some process has written the file: the system watches the write-ahead log. It may ring too often, and where the system can't
/// watch, never.
/// </summary>
internal sealed class SqliteSignal : IDisposable
{
    private readonly FileSystemWatcher? _watcher;
    private readonly string _log;
    private readonly TimeProvider _clock;

    public SqliteSignal(string path, TimeProvider clock, Action ring)
    {
        (_log, _clock) = (path + "-wal", clock);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _watcher = new FileSystemWatcher(
                Path.GetDirectoryName(path)!, Path.GetFileName(_log))
            {
                NotifyFilter = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName
            };
            _watcher.Changed += (_, _) => ring();
            _watcher.Created += (_, _) => ring();
            _watcher.Error += (_, _) => ring();
            _watcher.EnableRaisingEvents = true;
        }
        catch (Exception error)
            when (error is IOException or UnauthorizedAccessException or ArgumentException or PlatformNotSupportedException)
        {
            // The system has no watches left: the regular look at the file must do.
            _watcher?.Dispose();
            _watcher = null;
        }
    }

    /// <summary>
    /// Rings for all processes. The log itself rings while a commit is written, and who looks then may be too early to see it.
    /// </summary>
    public void Ring()
    {
        try
        {
            File.SetLastWriteTimeUtc(_log, _clock.GetUtcNow().UtcDateTime);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The commit stands, and the others look at the file regularly.
        }
    }

    public void Dispose() => _watcher?.Dispose();
}
