using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Fan.Conformance.Histories;
using SwitchBench.Servers;

namespace SwitchBench.Processes;

/// <summary>A process of the run.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private const int Kill = 9;
    private const int Stop = 19;
    private const int Continue = 18;

    private readonly Process _process;

    private Child(Process process, string name, Links? links, string address) =>
        (_process, Name, Links, Address) = (process, name, links, address);

    public string Name { get; }

    public Links? Links { get; }

    /// <summary>Where it is called, where that can't be found out otherwise.</summary>
    public string Address { get; }

    /// <summary>Starts one that makes its applications with these links, and waits until it has.</summary>
    /// <param name="mode">What the process is.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="links">Its ways to others; they are disposed with it.</param>
    /// <param name="more">What else its mode takes.</param>
    public static Task<Child> StartAsync(string mode, string name, Links links, params string[] more) =>
        StartAsync(name, links, [mode, links.Store, links.Routes, name, .. more]);

    /// <summary>Starts one that knows nothing of Fan.</summary>
    public static Task<Child> StartPeerAsync(string mode, params string[] more) => StartAsync(mode, null, [mode, .. more]);

    private static async Task<Child> StartAsync(string name, Links? links, string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith(
            "dotnet", StringComparison.Ordinal) ? [typeof(Child).Assembly.Location, .. arguments] : arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        if (await process.StandardOutput.ReadLineAsync() is { } line && line.Split(' ') is ["ready", .. var address])
        {
            return new Child(process, name, links, string.Join(' ', address));
        }

        process.Kill();
        throw new InvalidOperationException($"'{arguments[0]} {name}' did not start.");
    }

    /// <summary>A call as it is told to whoever collects it.</summary>
    public static string Line(RootCall call) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{call.Caller}\t{call.Started}\t{call.Ended}\t{string.Join(' ', call.Versions)}\t{call.Error}");

    /// <summary>The processor's time that it has had since it began.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public void KillNow()
    {
        _ = Signal(_process.Id, Kill);
        _process.WaitForExit();
    }

    public void Pause() => _ = Signal(_process.Id, Stop);

    public void Resume() => _ = Signal(_process.Id, Continue);

    public void EndInput() => _process.StandardInput.Close();

    /// <summary>Sets the time of day of the process, so far from the machine's.</summary>
    public Task SkewAsync(TimeSpan by) => WriteAsync(string.Create(CultureInfo.InvariantCulture, $"skew {by.TotalSeconds:0}"));

    /// <summary>Tells it something, and waits for the line by which it says that it has done that.</summary>
    public async Task<string> TellAsync(string line)
    {
        await WriteAsync(line);
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{Name} ended.");
    }

    /// <summary>Ends the calls and takes the history.</summary>
    public async Task<List<RootCall>> CollectAsync()
    {
        await WriteAsync("stop");
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Resume();
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(30))) _process.Kill();
        }

        _process.Dispose();
        if (Links is not null) await Links.DisposeAsync();
    }

    private async Task WriteAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Signal(int process, int signal);
}
