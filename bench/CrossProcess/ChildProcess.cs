using System.Diagnostics;

namespace CrossProcess;

/// <summary>
/// This program once more, with other arguments: lines go to its standard input and come from its output. It ends when its input does.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    public ChildProcess(params IEnumerable<string> arguments)
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. Host(), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    public async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException($"'{string.Join(' ', _process.StartInfo.ArgumentList)}' ended without an answer.");

    public async Task<string> AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        return await ReadAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    // Started as `dotnet CrossProcess.dll`, the program is the first argument.
    private static string[] Host() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
}
