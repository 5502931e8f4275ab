using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Fan.Conformance;
using RabbitMQ.Client;

namespace Fan.Servers;

/// <summary>One RabbitMQ broker on loopback, with its data in a folder of its own. It ends with this process, however that ends.</summary>
public sealed partial class RabbitServer(
    string folder, IReadOnlyDictionary<string, string>? settings = null, string erlang = "") : IAsyncDisposable
{
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const int KillSignal = 9;

    // The port mapper of Erlang stays when the broker goes, so it is a child of its own, and there before the broker would start one;
    // whatever runs ends when our end of the pipe does.
    private const string Script = """
        trap '' TERM INT HUP
        log=$1; shift
        epmd -address 127.0.0.1 -port "$ERL_EPMD_PORT" </dev/null >>"$log" 2>&1 & mapper=$!
        tries=0; until epmd -port "$ERL_EPMD_PORT" -names >/dev/null 2>&1 || [ $tries -eq 200 ]; do tries=$((tries + 1)); sleep 0.05; done
        "$@" </dev/null >>"$log" 2>&1 & broker=$!
        echo $broker
        read _
        kill -9 -$broker $broker 2>/dev/null
        kill -9 $mapper 2>/dev/null
        """;

    private readonly string _node = $"fan{Environment.ProcessId}x{Random.Shared.Next(1_000_000)}@localhost";
    private readonly int[] _ports = FreePorts(3);
    private Process? _shell;
    private int _pid;

    public int Port => _ports[0];

    public string Uri => $"amqp://guest:guest@127.0.0.1:{Port}";

    public string Folder => folder;

    public bool IsRunning => _pid != 0;

    /// <summary>Fails with one line that says what to install.</summary>
    public static void RequireInstalled()
    {
        if (!File.Exists(Program)) Assert.Fail("RabbitMQ is not installed: run eng/servers.sh, or install the package 'rabbitmq-server'.");
    }

    /// <summary>Starts the process; it serves some time later.</summary>
    public async Task StartAsync()
    {
        Assert.False(IsRunning);
        RequireInstalled();
        Directory.CreateDirectory(folder);
        var lines = new Dictionary<string, string>
        {
            ["listeners.tcp.default"] = $"127.0.0.1:{Port}",
            ["log.console"] = "true",
            ["log.console.level"] = "warning",
            ["log.file"] = "false",
            ["loopback_users.guest"] = "true",
            ["vm_memory_high_watermark.absolute"] = "2GB",
            ["disk_free_limit.absolute"] = "50MB",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>()) lines[key] = value;
        await File.WriteAllLinesAsync(Path.Combine(folder, "rabbitmq.conf"), lines.Select(line => $"{line.Key} = {line.Value}"));
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), "[].");
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder
        };
        foreach (var argument in (string[])["-c", Script, "sh", Path.Combine(folder, "log.txt"), "setsid", Program])
        {
            start.ArgumentList.Add(argument);
        }
        start.Environment["HOME"] = folder;
        start.Environment["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data");
        start.Environment["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log");
        start.Environment["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf");
        start.Environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins");
        start.Environment["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        start.Environment["RABBITMQ_NODENAME"] = _node;
        start.Environment["RABBITMQ_DIST_PORT"] = _ports[1].ToString(CultureInfo.InvariantCulture);
        start.Environment["ERL_EPMD_ADDRESS"] = "127.0.0.1";
        start.Environment["ERL_EPMD_PORT"] = _ports[2].ToString(CultureInfo.InvariantCulture);
        start.Environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
            $"-kernel inet_dist_use_interface {{127,0,0,1}} +S 2:2 +sbwt none {erlang}";
        _shell = Process.Start(start)!;
        _pid = int.Parse((await _shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until it takes clients.</summary>
    public async Task ServesAsync()
    {
        var factory = new ConnectionFactory { HostName = "127.0.0.1", Port = Port, AutomaticRecoveryEnabled = false };
        await Eventually.TrueAsync(
            async () =>
            {
                if (!File.Exists($"/proc/{_pid}/stat"))
                {
                    throw new InvalidOperationException(
                        "The broker ended: " +
                        $"{string.Join('\n', (await File.ReadAllLinesAsync(Path.Combine(folder, "log.txt"))).TakeLast(20))}");
                }
                try
                {
                    await using var connection = await factory.CreateConnectionAsync();
                    return true;
                }
                catch (Exception error)
                    when (error is RabbitMQ.Client.Exceptions.RabbitMQClientException or IOException or OperationCanceledException)
                {
                    return false;
                }
            },
            $"the broker at port {Port} serves");
    }

    /// <summary>Raises or ends the alarm with which a broker short of memory takes no more messages.</summary>
    public Task AlarmAsync(bool isOn) => ControlAsync("set_vm_memory_high_watermark", isOn ? "0.0000001" : "0.9");

    /// <summary>Runs a command of RabbitMQ's own tool.</summary>
    public Task ControlAsync(params string[] arguments) => AskAsync(arguments);

    /// <summary>Runs a command of RabbitMQ's own tool; what it prints.</summary>
    public async Task<string> AskAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "/usr/lib/rabbitmq/bin/rabbitmqctl", ["-q", "-n", _node, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false
        };
        start.Environment["HOME"] = folder;
        start.Environment["RABBITMQ_CONF_ENV_FILE"] = "/dev/null";
        start.Environment["ERL_EPMD_PORT"] = _ports[2].ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) Assert.Fail($"rabbitmqctl {string.Join(' ', arguments)} failed: {errors} {await output}");
        return await output;
    }

    /// <summary>Ends it in the middle of whatever it does.</summary>
    public async Task KillAsync()
    {
        if (_shell is null) return;
        // The process group: the program is a script around Erlang's machine.
        if (_pid != 0) _ = Signal(-_pid, KillSignal);
        await EndShellAsync();
    }

    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task EndShellAsync()
    {
        _shell!.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
        (_shell, _pid) = (null, 0);
    }

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Dispose());
        return ports;
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int pid, int signal);
}
