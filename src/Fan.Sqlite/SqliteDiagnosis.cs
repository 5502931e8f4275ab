using Fan.Coordination;

namespace Fan.Sqlite;

/// <summary>What a store in a file tells of itself.</summary>
internal static class SqliteDiagnosis
{
    // The log is folded into the file by itself when nobody reads; one that grows has a reader that never ends.
    private const long NotableLogBytes = 64L * 1024 * 1024;

    public static IEnumerable<StoreFinding> OfFile(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            yield return new StoreFinding("file", StoreFindingStatus.Failed, $"{path} does not exist");
            yield break;
        }

        var log = new FileInfo(path + "-wal");
        var logBytes = log.Exists ? log.Length : 0;
        var detail = $"{path}, {Kilobytes(file.Length)}, write-ahead log {Kilobytes(logBytes)}";
        yield return logBytes < NotableLogBytes
            ? new StoreFinding("file", StoreFindingStatus.Ok, detail)
            : new StoreFinding(
                "file",
                StoreFindingStatus.Warning,
                detail,
                "A process holds a read open, so that the log can't be folded into the file: look for other programs that use it.");
    }

    public static StoreFinding OfSessions((int All, int WithNodes) count, TimeSpan lease) => new(
        "sessions",
        StoreFindingStatus.Ok,
        $"{count.All} open, {count.WithNodes} of them with nodes; a process that hangs keeps its endpoints for " +
        $"{lease.TotalSeconds:0.###} s");

    public static StoreFinding OfNames((int Count, string? Example) strange) => new(
        "names",
        StoreFindingStatus.Warning,
        $"{strange.Count} {(strange.Count == 1 ? "node has a name" : "nodes have names")} that no path can have, as '{strange.Example}'",
        "Somebody wrote them past Fan, and nobody sees them: 'fan doctor --repair' removes them.");

    private static string Kilobytes(long bytes) => FormattableString.Invariant($"{(bytes + 1023) / 1024} KiB");
}
