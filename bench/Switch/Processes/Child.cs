using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Fan.Conformance.Histories;

namespace SwitchBench.Processes;

/// <summary>A process of the run.</summary>
internal sealed partial class Child : IDisposable
{
    private const int Kill = 9;
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly Process _process;

    private Child(Process process) => _process = process;

    public static async Task<Child> StartAsync(params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(Child).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var child = new Child(process);
        if (await process.StandardOutput.ReadLineAsync() != "ready") throw new InvalidOperationException($"'{string.Join(' ', arguments)}' did not start.");
        return child;
    }

    /// <summary>A call as it is told to whoever collects it.</summary>
    public static string Line(RootCall call) =>
        string.Create(CultureInfo.InvariantCulture, $"{call.Caller}\t{call.Started}\t{call.Ended}\t{string.Join(' ', call.Versions)}\t{call.Error}");

    public void KillNow()
    {
        _ = Signal(_process.Id, Kill);
        _process.WaitForExit();
    }

    public void Pause() => _ = Signal(_process.Id, Stop);

    public void Resume() => _ = Signal(_process.Id, Continue);

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Ends the calls and takes the history.</summary>
    public async Task<List<RootCall>> CollectAsync()
    {
        await _process.StandardInput.WriteLineAsync("stop");
        await _process.StandardInput.FlushAsync();
        var calls = new List<RootCall>();
        while (await _process.StandardOutput.ReadLineAsync() is { } line && line != "done")
        {
            var parts = line.Split('\t');
            calls.Add(new RootCall(
                parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture),
                parts[3].Split(' ', StringSplitOptions.RemoveEmptyEntries), parts[4].Length == 0 ? null : parts[4]));
        }

        return calls;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Resume();
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(30))) _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}
