using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Fan.Conformance;

/// <summary>Another process of a test: it tells what it does line by line, and can be stopped in every way that there is.</summary>
public sealed partial class ChildProcess : IDisposable
{
    private readonly Process _process;

    private ChildProcess(Process process) => _process = process;

    /// <summary>Starts a program of this solution that was built beside the running test project.</summary>
    public static ChildProcess Start(string project, params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(output.Parent!.Parent!.FullName, project, output.Name, project + ".dll");
        return new ChildProcess(Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!);
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>The next line that it prints; null when it has ended.</summary>
    public async Task<string?> ReadAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline);

    /// <summary>All that it still prints.</summary>
    public async Task<string> ReadToEndAsync() => await _process.StandardOutput.ReadToEndAsync().WaitAsync(Eventually.Deadline);

    /// <summary>All that it prints as errors.</summary>
    public Task<string> ReadErrorsAsync() => ReadErrorsAsync(TimeSpan.Zero);

    /// <summary>All that it prints as errors, where it may take so much longer to its end.</summary>
    public async Task<string> ReadErrorsAsync(TimeSpan longer) =>
        await _process.StandardError.ReadToEndAsync().WaitAsync(Eventually.Deadline + longer);

    public async Task WaitForAsync(string line)
    {
        while (await ReadAsync() is { } read)
        {
            if (read == line) return;
        }

        Assert.Fail($"The process ended before it printed '{line}'. {await ReadErrorsAsync()}");
    }

    public Task<int> ExitAsync() => ExitAsync(TimeSpan.Zero);

    /// <summary>Waits for its end, which may take so much longer.</summary>
    public async Task<int> ExitAsync(TimeSpan longer)
    {
        await _process.WaitForExitAsync().WaitAsync(Eventually.Deadline + longer);
        return _process.ExitCode;
    }

    /// <summary>Tells it something by its input; nothing where it has ended.</summary>
    public async Task WriteAsync(string line)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(line);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // It has ended, and nobody reads.
        }
    }

    /// <summary>Ends its input, which programs that wait on it take for a wish to end.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    /// <summary>Asks it to end, as a deployment does.</summary>
    public void Terminate() => Send(15);

    /// <summary>Stops it, and returns when nothing of it runs any more.</summary>
    public void Pause()
    {
        Send(19);
        Assert.True(
            SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1][0] == 'T', Eventually.Deadline),
            "The process does not stop.");
    }

    public void Resume() => Send(18);

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Send(int signal) => Assert.Equal(0, Signal(_process.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
