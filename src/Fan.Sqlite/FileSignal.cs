namespace Fan.Sqlite;

/// <summary>
/// Tells when some process has changed the store: the system watches the write-ahead log, whose time each sets after a change. It may ring
/// too often, and where the system can't watch, never.
/// </summary>
internal sealed class FileSignal : IDisposable
{
    // Linux tells a time that was set from a write: there only rings are heard, as the renewals of all processes write the log all the
    // time.
    private static readonly NotifyFilters Heard = NotifyFilters.FileName | (OperatingSystem.IsLinux()
        ? NotifyFilters.Attributes
        : NotifyFilters.LastWrite | NotifyFilters.Size);

    private readonly FileSystemWatcher? _watcher;
    private readonly string _log;
    private readonly TimeProvider _clock;

    public FileSignal(string path, TimeProvider clock, Action ring)
    {
        (_log, _clock) = (path + "-wal", clock);
        try
        {
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(_log)) { NotifyFilter = Heard };
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
