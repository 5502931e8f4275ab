using System.Diagnostics;
using System.Globalization;

namespace Fan.Sqlite;

/// <summary>
/// Names a process so that others on the machine can tell that it has gone, and the boot that it lives in. Empty parts where the system
/// does not say.
/// </summary>
internal sealed record ProcessIdentity(string Boot, string Space, int Pid, string Started)
{
    private const string Ended = "ended";

    public static ProcessIdentity Current { get; } = new(
        ReadText("/proc/sys/kernel/random/boot_id"),
        Link("/proc/self/ns/pid"),
        Environment.ProcessId,
        StartOf(Environment.ProcessId));

    /// <summary>
    /// Whether it is certain that the process does not run any more. In doubt, as for one of another kernel (a sandbox, another machine),
    /// its lease decides.
    /// </summary>
    public bool IsGone(ProcessIdentity observer)
    {
        // Pids mean something only within one pid namespace: a file may be shared between containers.
        if (Boot != observer.Boot || Space.Length == 0 || Space != observer.Space || Started.Length == 0) return false;
        return StartOf(Pid) is { Length: > 0 } start ? start != Started : !IsRunning(Pid);
    }

    // What the system hides from other users runs all the same.
    private static bool IsRunning(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    // Field 22 of the stat line: the start in clock ticks since boot, so that a pid that was given again is told apart.
    private static string StartOf(int pid)
    {
        var stat = ReadText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        var name = stat.LastIndexOf(')');
        var fields = name < 0 ? [] : stat[(name + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // A zombie has ended: only its parent does not know yet.
        return fields.Length <= 19 ? "" : fields[0] is "Z" or "X" ? Ended : fields[19];
    }

    private static string ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    private static string Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
