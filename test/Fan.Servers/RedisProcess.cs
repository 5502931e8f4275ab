using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Fan.Conformance;
using StackExchange.Redis;

namespace Fan.Servers;

/// <summary>One Redis server on loopback, with its data in a folder of its own. It ends with this process, however that ends.</summary>
public sealed class RedisProcess(string folder, params string[] settings) : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";

    // The server is its child; it ends when our end of the pipe does.
    private const string Script = """
        log=$1; shift
        "$@" </dev/null >>"$log" 2>&1 & server=$!
        echo $server
        read _
        kill -9 $server 2>/dev/null
        wait $server 2>/dev/null
        """;

    private Process? _shell;

    public int Port { get; } = FreePort();

    public string Uri => $"{(IsEncrypted ? "rediss" : "redis")}://127.0.0.1:{Port}";

    public string Folder => folder;

    private bool IsEncrypted => settings.Contains("--tls-cert-file");

    public bool IsRunning => _shell is not null;

    /// <summary>Fails with one line that says what to install.</summary>
    public static void RequireInstalled()
    {
        if (!File.Exists(Program)) Assert.Fail("Redis is not installed: run eng/servers.sh, or install the package 'redis-server'.");
    }

    /// <summary>Starts it; returns when it takes commands.</summary>
    public async Task StartAsync()
    {
        Assert.Null(_shell);
        RequireInstalled();
        Directory.CreateDirectory(folder);
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder
        };
        string[] arguments =
        [
            "-c", Script, "sh", Path.Combine(folder, "log.txt"), Program, "--bind", "127.0.0.1",
            "--port", IsEncrypted ? "0" : Port.ToString(CultureInfo.InvariantCulture),
            .. IsEncrypted ? ["--tls-port", Port.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no", .. settings,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        await _shell.StandardOutput.ReadLineAsync();
        await Eventually.TrueAsync(AnswersAsync, $"Redis at port {Port} answers");
    }

    /// <summary>A connection as an operator has one.</summary>
    public Task<ConnectionMultiplexer> ConnectAsync() =>
        ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Port},allowAdmin=true,abortConnect=false");

    /// <summary>Ends it in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        if (_shell is null) return;
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        _shell = null;
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            if (IsEncrypted) return true;
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[64];
            var count = await client.GetStream().ReadAsync(answer);
            // It also says that it loads its data, or that it wants a password.
            return count > 0 && !answer.AsSpan(0, count).StartsWith("-LOADING"u8);
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
