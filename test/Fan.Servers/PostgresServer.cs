using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Fan.Conformance;
using Npgsql;

namespace Fan.Servers;

/// <summary>
/// One PostgreSQL server on loopback, with its data in a folder of its own. It ends with this process, however that ends.
/// </summary>
public sealed partial class PostgresServer(string folder, params string[] settings) : IAsyncDisposable
{
    private const int Kill = 9;

    private readonly int _port = FreePort();
    private Process? _shell;
    private int _pid;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Timeout=5;Command Timeout=15";

    private static string Programs => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql")
            .Select(version => Path.Combine(version, "bin"))
            .LastOrDefault(bin => File.Exists(Path.Combine(bin, "postgres")))
            ?? ""
        : "";

    // One that has ended stays as a zombie until its shell ends too.
    private bool IsRunning =>
        _pid != 0 && File.Exists($"/proc/{_pid}/stat") && File.ReadAllText($"/proc/{_pid}/stat").Split(") ")[^1][0] != 'Z';

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>
    /// Makes a database cluster and starts its server. As only processes die here, it writes nothing to the disk unless a setting
    /// (<c>name=value</c>) says so.
    /// </summary>
    public static async Task<PostgresServer> StartAsync(string folder, params string[] settings)
    {
        if (Programs.Length == 0) Assert.Fail("PostgreSQL is not installed: run eng/servers.sh, or install the package 'postgresql'.");
        Directory.CreateDirectory(folder);
        // The server refuses to run as root, so that it runs as the user that its package made.
        if (IsRoot) await RunAsync("chown", "postgres", folder);
        await RunAsync([
            .. AsItsUser,
            Path.Combine(Programs, "initdb"),
            "-D",
            Path.Combine(folder, "data"),
            "-A",
            "trust",
            "-U",
            "postgres",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C"
        ]);
        var server = new PostgresServer(folder, settings);
        await server.StartAsync();
        return server;
    }

    /// <summary>Makes a database of its own for one test; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "test_" + Guid.NewGuid().ToString("N");
        // A connection in the pool may be one with the server that was killed before.
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString.Replace("Database=postgres", "Database=" + name, StringComparison.Ordinal);
    }

    /// <summary>Starts the process and waits until it takes connections.</summary>
    public async Task StartAsync()
    {
        await Eventually.TrueAsync(
            async () =>
            {
                // What a killed server left may keep the next one from starting for a moment.
                if (!IsRunning) await LaunchAsync();
                try
                {
                    await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
                    await connection.OpenAsync();
                    return true;
                }
                catch (NpgsqlException)
                {
                    return false;
                }
            },
            $"the server takes connections; its log is {Path.Combine(folder, "log.txt")}");
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

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task LaunchAsync()
    {
        await KillAsync();
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
            Path.Combine(folder, "log.txt"),
            .. AsItsUser, Path.Combine(Programs, "postgres"), "-D", Path.Combine(folder, "data"), "-p",
            _port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off", "-c", "max_connections=300", "-c",
            "shared_buffers=32MB", .. settings.SelectMany(setting => (string[])["-c", setting])
        ])
            start.ArgumentList.Add(argument);
        _shell = Process.Start(start)!;
        _pid = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    private static string[] AsItsUser => IsRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{string.Join(' ', command)} failed: {await output} {await errors}");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
