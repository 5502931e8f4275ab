using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fan.Conformance;

/// <summary>Another process with a session, that can be killed and stopped.</summary>
public sealed partial class WorkerProcess : IDisposable
{
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    /// <param name="project">The project that the process runs, e.g. <c>Fan.Sqlite.Worker</c>.</param>
    public static WorkerProcess Start(string project, string verb, string url, string name)
    {
        // Beside the tests' output, in the same configuration.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var worker = Path.Combine(output.Parent!.Parent!.FullName, project, output.Name, project + ".dll");
        var start = new ProcessStartInfo("dotnet", [worker, verb, url, name]) { RedirectStandardOutput = true, UseShellExecute = false };
        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>The next line that it prints; null when it has ended.</summary>
    public async Task<string?> ReadAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline);

    public async Task<List<string>> ReadToEndAsync()
    {
        var lines = new List<string>();
        while (await ReadAsync() is { } line) lines.Add(line);
        return lines;
    }

    public async Task WaitForAsync(string line)
    {
        while (await ReadAsync() is { } read)
        {
            if (read == line) return;
        }

        Assert.Fail($"The process ended before it printed '{line}'.");
    }

    public void Kill() => _process.Kill();

    public void Pause() => Assert.Equal(0, Signal(_process.Id, Stop));

    public void Resume() => Assert.Equal(0, Signal(_process.Id, Continue));

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
