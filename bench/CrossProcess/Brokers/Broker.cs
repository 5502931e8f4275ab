using System.Net;
using System.Net.Sockets;

namespace CrossProcess.Brokers;

/// <summary>
/// A server that stands between the two sides. A run starts those that its contenders need, and its processes know them by environment
/// variables; what they use themselves is not counted.
/// </summary>
internal abstract class Broker
{
    /// <summary>What people call it.</summary>
    public abstract string Name { get; }

    /// <summary>The variable that names one that runs already.</summary>
    public abstract string Variable { get; }

    /// <summary>What to install; null where it can be started, or runs.</summary>
    public string? Missing => IsRunning || IsInstalled
        ? null
        : $"{Name} is not installed: run eng/servers.sh, or install the package '{Package}', or name a server in {Variable} ({Form})";

    /// <summary>Where it is.</summary>
    public string Address =>
        Environment.GetEnvironmentVariable(Variable)
        ?? throw new InvalidOperationException(Missing ?? $"{Name} was not started: name one in {Variable} ({Form}).");

    protected abstract string Package { get; }

    /// <summary>How an address is written.</summary>
    protected abstract string Form { get; }

    protected abstract bool IsInstalled { get; }

    private bool IsRunning => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 };

    /// <summary>
    /// Starts one on free loopback ports, unless one runs; it ends when this is disposed, or with this process, however that ends.
    /// </summary>
    public async Task<IAsyncDisposable?> StartAsync()
    {
        if (IsRunning) return null;
        if (Missing is { } missing) throw new InvalidOperationException(missing);
        var process = new ServerProcess(Directory.CreateTempSubdirectory("fan-bench-"));
        try
        {
            var address = await LaunchAsync(process);
            await process.UntilAsync(() => AnswersAsync(address));
            Environment.SetEnvironmentVariable(Variable, address);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process; where it will be.</summary>
    protected abstract Task<string> LaunchAsync(ServerProcess process);

    /// <summary>Whether it takes clients.</summary>
    protected abstract Task<bool> AnswersAsync(string address);

    protected static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
