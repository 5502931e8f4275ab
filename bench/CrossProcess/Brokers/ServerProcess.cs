using System.Diagnostics;

namespace CrossProcess.Brokers;

/// <summary>
/// The processes of one server, with a folder of their own. They end when this is disposed, or when our end of the pipe goes with this
/// process.
/// </summary>
internal sealed class ServerProcess(DirectoryInfo folder) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Process? _shell;

    public string Folder => folder.FullName;

    private string Log => Path.Combine(Folder, "log.txt");

    /// <summary>Runs a command to its end.</summary>
    public async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Folder
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"'{string.Join(' ', command)}' failed: {await output} {await errors}");
        }
    }

    /// <summary>Starts the server in a group of its own, so that what it starts ends with it.</summary>
    /// <param name="beside">What is started before it, as text of a shell, and killed with it; empty for nothing.</param>
    /// <param name="environment">Variables of both.</param>
    /// <param name="command">The server.</param>
    public void Start(string beside, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var script = $$"""
            trap '' TERM INT HUP
            log=$1; shift
            helper=
            {{(beside.Length == 0 ? "" : $"{beside} </dev/null >>\"$log\" 2>&1 & helper=$!")}}
            setsid "$@" </dev/null >>"$log" 2>&1 & server=$!
            read _
            kill -9 -$server $server $helper 2>/dev/null
            """;
        var start = new ProcessStartInfo(
            "/bin/sh", ["-c", script, "sh", Log, .. command])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = Folder
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _shell = Process.Start(start)!;
    }

    public async Task UntilAsync(Func<Task<bool>> answers)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await answers())
        {
            if (Stopwatch.GetElapsedTime(begun) > Patience)
            {
                throw new InvalidOperationException(
                    $"The server did not start: {string.Join('\n', (await File.ReadAllLinesAsync(Log)).TakeLast(20))}");
            }
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }

        folder.Delete(recursive: true);
    }
}
