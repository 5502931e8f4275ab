using System.Diagnostics;
using System.Text;
using Fan.Conformance;
using Fan.Discovery;

namespace Fan.Ipc.Tests;

/// <summary>Another process that serves the cellar over ipc and tcp.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    /// <summary>Its endpoints by transport.</summary>
    public Dictionary<string, EndpointDescription> Endpoints { get; } = [];

    public static async Task<WorkerProcess> StartAsync(string folder)
    {
        // Beside this project's output, in the same configuration.
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(output.Parent!.Parent!.FullName, "Fan.Ipc.Worker", output.Name, "Fan.Ipc.Worker.dll");
        var worker = new WorkerProcess(
            Process.Start(new ProcessStartInfo("dotnet", [path, folder]) { RedirectStandardOutput = true, UseShellExecute = false })!);
        for (var i = 0; i < 2; i++)
        {
            var endpoint = EndpointDescription.Parse(Encoding.UTF8.GetBytes((await worker.ReadAsync())!));
            worker.Endpoints[endpoint.Transport] = endpoint;
        }

        return worker;
    }

    public async Task<string?> ReadAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline);

    /// <summary>Kills it as <c>kill -9</c> does, and waits until it has gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }
}
