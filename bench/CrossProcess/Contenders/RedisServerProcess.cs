using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CrossProcess.Contenders;

/// <summary>The Redis server between the two sides, where the machine has one: started by the run, and known to its processes by an environment variable.</summary>
internal sealed class RedisServerProcess : IDisposable
{
    private const string Variable = "FAN_BENCH_REDIS";
    private const string Program = "/usr/bin/redis-server";

    private readonly Process? _process;

    private RedisServerProcess(Process? process) => _process = process;

    /// <summary>Its host and port; null where there is none.</summary>
    public static string? Address => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Starts one, unless there is none or the variable names one already. It keeps nothing on disk.</summary>
    public static async Task<RedisServerProcess> StartAsync()
    {
        if (Address is not null || !File.Exists(Program)) return new RedisServerProcess(null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        string[] arguments = ["--bind", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath(), "--logfile", "/dev/null"];
        var process = Process.Start(new ProcessStartInfo(Program, arguments) { UseShellExecute = false })!;
        for (var attempt = 0; attempt < 200 && !await AnswersAsync(port); attempt++) await Task.Delay(10);
        Environment.SetEnvironmentVariable(Variable, $"127.0.0.1:{port}");
        return new RedisServerProcess(process);
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
