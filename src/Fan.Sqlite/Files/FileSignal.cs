namespace Fan.Sqlite.Files;

/// <summary>
/// Tells when some process has changed a database: the system watches the write-ahead log, whose time each process sets after a change. It
/// may ring too often, and where the system can't watch, never.
/// </summary>
internal sealed class FileSignal : IDisposable
{
    /// <summary>
    /// Hears rings alone where the system tells the two apart, as Linux does: the renewals of all processes write the log all the time.
    /// </summary>
    public static readonly NotifyFilters Rings = OperatingSystem.IsLinux() ? NotifyFilters.FileName | NotifyFilters.Attributes : Writes;

    /// <summary>Hears each write, too.</summary>
    public const NotifyFilters Writes = NotifyFilters.LastWrite | NotifyFilters.Size | NotifyFilters.FileName;

    private readonly FileSystemWatcher? _watcher;
    private readonly string _log;
    private readonly TimeProvider _clock;

    /// <param name="path">The database.</param>
    /// <param name="heard">Which changes of the log ring.</param>
    /// <param name="clock">The time that is set.</param>
    /// <param name="ring">Called from any thread.</param>
    public FileSignal(string path, NotifyFilters heard, TimeProvider clock, Action ring)
    {
        (_log, _clock) = (path + "-wal", clock);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(_log)) { NotifyFilter = heard };
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
