using System.Diagnostics;
using WineStore.ServiceDefaults;

namespace WineStore;

/// <summary>The services as processes of their own; they end with this one.</summary>
/// <param name="native">A folder whose programs are taken where it has them.</param>
internal sealed class ServiceProcesses(string? native) : IAsyncDisposable
{
    private readonly List<(string Name, Process Process)> _processes = [];

    /// <summary>Starts programs, and waits until every service of theirs is registered.</summary>
    public async Task StartAsync(string[] names, string[] arguments, CancellationToken cancellationToken)
    {
        var started = names.Select(name => (Name: name, Process: Start(name, arguments))).ToList();
        _processes.AddRange(started);
        foreach (var (name, process) in started)
        {
            if (await process.StandardOutput.ReadLineAsync(cancellationToken) != "ready")
            {
                throw new StoryException($"{name} did not start; what it said is above.");
            }
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

    private Process Start(string name, string[] arguments)
    {
        var start = native is not null && Path.GetFullPath(Path.Combine(native, name)) is var program && File.Exists(program)
            ? new ProcessStartInfo(program, arguments)
            : new ProcessStartInfo("dotnet", [BesideThisOne(name), .. arguments]);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        start.Environment[WineStoreApplication.EndWithParent] = "1";
        return Process.Start(start) ?? throw new StoryException($"{name} could not be started.");
    }

    // In the same configuration.
    private static string BesideThisOne(string name)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(here.Parent!.Parent!.FullName, name, here.Name, name + ".dll");
    }
}
