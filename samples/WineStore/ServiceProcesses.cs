using System.Diagnostics;
using WineStore.ServiceDefaults;

namespace WineStore;

/// <summary>The services as processes of their own; they end with this one.</summary>
internal sealed class ServiceProcesses : IAsyncDisposable
{
    private readonly List<(string Name, Process Process)> _processes;

    public ServiceProcesses(params string[] names) => _processes = [.. names.Select(name => (name, Start(name)))];

    /// <summary>Waits until every service is registered.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var (name, process) in _processes)
        {
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) != "ready") throw new StoryException($"{name} did not start; what it said is above.");
        }
    }

    /// <summary>Ends when one of the services does.</summary>
    public async Task RunningAsync(CancellationToken cancellationToken)
    {
        var first = await Task.WhenAny(_processes.Select(pair => pair.Process.WaitForExitAsync(cancellationToken)));
        await first;
        throw new StoryException($"{_processes.First(pair => pair.Process.HasExited).Name} has ended.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process) in _processes) process.StandardInput.Close();
        foreach (var (_, process) in _processes)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }

    // Beside this project's output, in the same configuration.
    private static Process Start(string name)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(here.Parent!.Parent!.FullName, name, here.Name, name + ".dll");
        var start = new ProcessStartInfo("dotnet", [program]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment[WineStoreApplication.EndWithParent] = "1";
        return Process.Start(start) ?? throw new StoryException($"{name} could not be started.");
    }
}
