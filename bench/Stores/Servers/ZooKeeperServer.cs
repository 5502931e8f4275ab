using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stores.Servers;

/// <summary>One ZooKeeper server on loopback with its own folder. It ends with this process, however that ends.</summary>
internal sealed class ZooKeeperServer : IAsyncDisposable
{
    public const string Jars = "/usr/share/java/";
    private const string MainClass = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(1);
    private static readonly string[] Libraries =
    [
        "zookeeper", "zookeeper-jute", "slf4j-api", "slf4j-simple", "netty-all", "netty-common", "netty-buffer", "netty-transport",
        "netty-codec",
        "netty-handler", "netty-resolver", "snappy-java", "metrics-core",
    ];

    private readonly string _folder;
    private readonly int _port;
    private readonly string _heap;
    private Process? _shell;

    private ZooKeeperServer(string folder, int port, string heap) => (_folder, _port, _heap) = (folder, port, heap);

    public static string ClassPath => string.Join(':', Libraries.Select(library => $"{Jars}{library}.jar"));

    public static bool IsInstalled => File.Exists(Jars + "zookeeper.jar");

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Starts the process; it serves some time later.</summary>
    public static async Task<ZooKeeperServer> StartAsync(string folder, int port, IEnumerable<string> settings, string heap = "256m")
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "zoo.cfg"),
            [.. settings, $"dataDir={folder}", string.Create(CultureInfo.InvariantCulture, $"clientPort={port}")]);
        var server = new ZooKeeperServer(folder, port, heap);
        server.Start();
        return server;
    }

    /// <summary>Starts the process again after it was killed.</summary>
    public void Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = _folder };
        // The shell waits on its input, which ends with this process, and takes the server along.
        foreach (var argument in (string[])[
            "-c",
            "\"$@\" </dev/null >>log.txt 2>&1 & read _; kill -9 $! 2>/dev/null; wait $! 2>/dev/null",
            "sh",
            "java",
            $"-Xmx{_heap}", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dzookeeper.extendedTypesEnabled=true",
            "-cp", ClassPath, MainClass, "zoo.cfg"
        ])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
    }

    /// <summary>Ends the process in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        if (_shell is null) return;
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _shell = null;
    }

    /// <summary>What it keeps.</summary>
    public string Data => Path.Combine(_folder, "version-2");

    public async Task<bool> LeadsAsync() => (await AskAsync()).Contains("Mode: leader", StringComparison.Ordinal);

    /// <summary>Waits until it answers clients.</summary>
    public async Task ServesAsync()
    {
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
        {
            if ((await AskAsync()).Contains("Mode: ", StringComparison.Ordinal)) return;
            if (Stopwatch.GetElapsedTime(since) < Patience) continue;
            var log = await File.ReadAllLinesAsync(Path.Combine(_folder, "log.txt"));
            throw new InvalidOperationException($"The server at {Address} does not serve:\n{string.Join('\n', log.TakeLast(10))}");
        }
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task<string> AskAsync()
    {
        try
        {
            // One that is about to serve may take a connection and never say a word on it.
            using var limit = new CancellationTokenSource(AnswerLimit);
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, limit.Token);
            await client.GetStream().WriteAsync("srvr"u8.ToArray(), limit.Token);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            return "";
        }
    }
}
