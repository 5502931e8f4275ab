using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Fan.Conformance;

namespace Fan.ZooKeeper.Tests.Servers;

/// <summary>One ZooKeeper server on loopback, with its data in a folder of its own. It ends with this process, however that ends.</summary>
internal sealed partial class ZooKeeperServer(
    string folder, int clientPort, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> javaOptions) : IAsyncDisposable
{
    private const string Jars = "/usr/share/java/";
    private const string MainClass = "org.apache.zookeeper.server.quorum.QuorumPeerMain";
    private const int Kill = 9;
    private const int Stop = 19;
    private const int Continue = 18;

    private Process? _shell;
    private int _pid;

    public int ClientPort => clientPort;

    public string Address => $"127.0.0.1:{clientPort}";

    public string Folder => folder;

    public bool IsRunning => _pid != 0;

    /// <summary>Fails with one line that says what to install.</summary>
    public static void RequireInstalled()
    {
        if (!File.Exists(Jars + "zookeeper.jar"))
        {
            Assert.Fail("ZooKeeper is not installed: run eng/servers.sh, or install the packages 'zookeeper' and 'default-jre-headless'.");
        }
    }

    /// <summary>Starts the process; it serves some time later.</summary>
    public async Task StartAsync()
    {
        Assert.False(IsRunning);
        RequireInstalled();
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        var lines = settings.Append(new("dataDir", Path.Combine(folder, "data")))
            .Append(new("clientPort", clientPort.ToString(CultureInfo.InvariantCulture)));
        await File.WriteAllLinesAsync(Path.Combine(folder, "zoo.cfg"), lines.Select(line => $"{line.Key}={line.Value}"));
        var classPath = string.Join(':', new[]
        {
            "zookeeper",
            "zookeeper-jute",
            "slf4j-api",
            "slf4j-simple",
            "netty-all",
            "netty-common",
            "netty-buffer",
            "netty-transport",
            "netty-codec",
            "netty-handler",
            "netty-resolver",
            "snappy-java",
            "metrics-core"
        }.Select(jar => $"{Jars}{jar}.jar"));
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder
        };
        // The shell waits on its input, which ends with this process, and takes the server along.
        foreach (var argument in (string[])[
            "-c",
            "log=$1; shift; \"$@\" </dev/null >>\"$log\" 2>&1 & echo $!; read _; kill -9 $! 2>/dev/null",
            "sh",
            "log.txt",
            "java",
            "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dzookeeper.extendedTypesEnabled=true", "-Dznode.container.checkIntervalMs=500", "-Dzookeeper.forceSync=no",
            "-Dzookeeper.preAllocSize=1024", "-Dzookeeper.admin.enableServer=false",
            .. javaOptions, "-cp", classPath, MainClass, "zoo.cfg"
        ])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        _pid = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until it answers clients.</summary>
    public async Task ServesAsync()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                if (File.Exists($"/proc/{_pid}/stat")) return await ModeAsync() is not null;
                var log = (await File.ReadAllLinesAsync(Path.Combine(folder, "log.txt"))).TakeLast(20);
                throw new InvalidOperationException(
                    $"The server at {Address} ended: {log.Aggregate("", (all, line) => all + "\n" + line)}");
            },
            $"the server at {Address} serves");
    }

    /// <summary>standalone, leader or follower; null while it does not serve.</summary>
    public async Task<string?> ModeAsync() =>
        (await AskAsync("srvr"))?.Split('\n').FirstOrDefault(
            line => line.StartsWith("Mode: ", StringComparison.Ordinal))?["Mode: ".Length..].Trim();

    /// <summary>What one of the four-letter words answers; null where nobody does.</summary>
    public async Task<string?> AskAsync(string word)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", clientPort);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(word));
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (Exception error) when (error is SocketException or IOException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Ends the process in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        if (_shell is null) return;
        if (_pid != 0) _ = Signal(_pid, Kill);
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        (_shell, _pid) = (null, 0);
    }

    public void Pause() => Assert.Equal(0, Signal(_pid, Stop));

    public void Resume() => Assert.Equal(0, Signal(_pid, Continue));

    public async ValueTask DisposeAsync() => await KillAsync();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
