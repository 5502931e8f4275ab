using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SwitchBench.Servers;

/// <summary>One RabbitMQ broker on loopback with its own folder. It ends with this process, however that ends.</summary>
internal sealed class RabbitServer : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // The port mapper of Erlang stays when the broker goes, so it is a child of its own; whatever runs ends when our end of the pipe does.
    private const string Script = """
        trap '' TERM INT HUP
        log=$1; shift
        epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" </dev/null >>"$log" 2>&1 & mapper=$!
        tries=0; until epmd -port "$ERL_EPMD_PORT" -names >/dev/null 2>&1 || [ $tries -eq 200 ]; do tries=$((tries + 1)); sleep 0.05; done
        "$@" </dev/null >>"$log" 2>&1 & broker=$!
        read _
        kill -9 -$broker $broker 2>/dev/null
        kill -9 $mapper 2>/dev/null
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly string _folder;
    private readonly int[] _ports = FreePorts(3);
    private Process? _shell;

    private RabbitServer(string folder) => _folder = folder;

    public string Uri => string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_ports[0]}");

    /// <summary>Returns when it takes clients.</summary>
    /// <exception cref="InvalidOperationException">It is not installed, or does not start.</exception>
    public static async Task<RabbitServer> StartAsync(string folder)
    {
        if (!File.Exists(Program))
        {
            throw new InvalidOperationException("RabbitMQ is not installed: run eng/servers.sh, or install the package 'rabbitmq-server'.");
        }
        var server = new RabbitServer(folder);
        try
        {
            await server.StartProcessAsync();
            await server.ServesAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_shell is null) return;
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _shell = null;
    }

    private async Task StartProcessAsync()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllLinesAsync(Path.Combine(_folder, "rabbitmq.conf"),
        [
            string.Create(CultureInfo.InvariantCulture, $"listeners.tcp.default = 127.0.0.1:{_ports[0]}"),
            "log.console = true",
            "log.console.level = warning",
            "log.file = false",
            "vm_memory_high_watermark.absolute = 2GB",
            "disk_free_limit.absolute = 50MB",
        ]);
        await File.WriteAllTextAsync(Path.Combine(_folder, "plugins"), "[].");
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = _folder };
        foreach (var argument in (string[])["-c", Script, "sh", Path.Combine(_folder, "log.txt"), "setsid", Program])
        {
            start.ArgumentList.Add(argument);
        }
        foreach (var (key, value) in new Dictionary<string, string>
        {
            ["HOME"] = _folder,
            ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
            ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
            ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
            ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
            ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
            ["RABBITMQ_NODENAME"] = $"switch{Environment.ProcessId}@localhost",
            ["RABBITMQ_DIST_PORT"] = _ports[1].ToString(CultureInfo.InvariantCulture),
            ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
            ["ERL_EPMD_PORT"] = _ports[2].ToString(CultureInfo.InvariantCulture),
            ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none",
        })
            start.Environment[key] = value;
        _shell = Process.Start(start)!;
    }

    private async Task ServesAsync()
    {
        for (var since = Stopwatch.GetTimestamp(); !await GreetsAsync(); await Task.Delay(100))
        {
            if (Stopwatch.GetElapsedTime(since) < Patience) continue;
            throw new InvalidOperationException(
                "The broker does not " +
                $"serve:\n{string.Join('\n', (await File.ReadAllLinesAsync(Path.Combine(_folder, "log.txt"))).TakeLast(10))}");
        }
    }

    // It listens a while before it lets anybody in: asked for its greeting, it begins a connection.
    private async Task<bool> GreetsAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _ports[0]);
            await client.GetStream().WriteAsync("AMQP\0\0\x09\x01"u8.ToArray());
            return await client.GetStream().ReadAsync(new byte[8]) > 0;
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }
}
