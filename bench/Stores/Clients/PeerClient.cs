using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Stores.Servers;

namespace Stores.Clients;

/// <summary>A client of ZooKeeper that is not ours, in a process of its own. It ends when its input does.</summary>
internal sealed class PeerClient : IClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Func<string, double, string> _question;

    private PeerClient(ProcessStartInfo start, Func<string, double, string> question)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _question = question;
        _process.ErrorDataReceived += (_, line) => LastError = line.Data is { Length: > 0 } text ? text : LastError;
        _process.BeginErrorReadLine();
    }

    public string? LastError { get; private set; }

    /// <summary>kazoo, for Python.</summary>
    public static Task<PeerClient> KazooAsync(string hosts) => StartAsync(
        new ProcessStartInfo("/usr/bin/python3", [File("kazoo_peer.py"), hosts, .. Numbers]),
        (operation, amount) => operation == Load.Watch
            ? string.Create(CultureInfo.InvariantCulture, $$"""{"operation":"watch","count":{{amount}}}""")
            : string.Create(CultureInfo.InvariantCulture, $$"""{"operation":"{{operation}}","seconds":{{amount}}}"""));

    /// <summary>ZooKeeper's own, for Java. Compiled when it starts, so it needs a JDK.</summary>
    public static Task<PeerClient> JavaAsync(string hosts) => StartAsync(
        new ProcessStartInfo("java", [
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
            "-cp",
            ZooKeeperServer.ClassPath,
            File("JavaPeer.java"),
            hosts,
            .. Numbers
        ]),
        (operation, amount) => string.Create(CultureInfo.InvariantCulture, $"{operation} {amount}"));

    public async Task<Slice> RunAsync(string operation, double seconds)
    {
        using var answer = await AskAsync(_question(operation, seconds));
        var root = answer.RootElement;
        return new Slice(
            root.GetProperty("count").GetInt64(), root.GetProperty("seconds").GetDouble(), root.GetProperty("cpu_s").GetDouble());
    }

    public async Task<IReadOnlyList<double>> WatchAsync(int count)
    {
        using var answer = await AskAsync(_question(Load.Watch, count));
        return [.. answer.RootElement.GetProperty("times_ms").EnumerateArray().Select(time => time.GetDouble())];
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static IEnumerable<string> Numbers =>
        new[] { Load.Nodes, Load.DataBytes, Load.Depth }.Select(number => number.ToString(CultureInfo.InvariantCulture));

    private static string File(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private static async Task<PeerClient> StartAsync(ProcessStartInfo start, Func<string, double, string> question)
    {
        var client = new PeerClient(start, question);
        try
        {
            using var ready = await client.ReadAsync();
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private async Task<JsonDocument> AskAsync(string question)
    {
        await _process.StandardInput.WriteLineAsync(question);
        var answer = await ReadAsync();
        return answer.RootElement.TryGetProperty("error", out var error)
            ? throw new InvalidOperationException($"{_process.StartInfo.FileName}: {error.GetString()}")
            : answer;
    }

    private async Task<JsonDocument> ReadAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line
        ? JsonDocument.Parse(line)
        : throw new InvalidOperationException($"{_process.StartInfo.FileName} ended: {LastError}");
}
