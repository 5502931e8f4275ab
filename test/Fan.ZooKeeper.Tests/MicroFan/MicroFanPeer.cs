using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Fan.Conformance;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.MicroFan;

/// <summary>A process that registers, serves, finds and calls as Python's micro-fan does.</summary>
internal sealed class MicroFanPeer : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    public MicroFanPeer(string hosts, string chroot, double session = 10)
    {
        if (!File.Exists(Python)) Assert.Fail("Python is not installed: run eng/servers.sh, or install the package 'python3-kazoo'.");
        _process = Process.Start(new ProcessStartInfo(
            Python, [Path.Combine(AppContext.BaseDirectory, "microfan_peer.py"), hosts, chroot, FormattableString.Invariant($"{session}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
    }

    /// <summary>Serves from a new port and says who it is in each reply.</summary>
    public async Task<int> ServeAsync(string who) => (int)(await AskAsync("serve", new JsonObject { ["who"] = who }))["port"]!;

    /// <summary>Registers; the path of the node, or null where it waits for a barrier.</summary>
    public async Task<string?> RegisterAsync(string name, string version, string data)
    {
        var command = JsonNode.Parse(data)!.AsObject();
        (command["name"], command["version"]) = (name, version);
        return (string?)(await AskAsync("register", command))["node"];
    }

    /// <summary>Registers data of any kind.</summary>
    public async Task RegisterTextAsync(string name, string version, string text) =>
        Assert.NotNull((await AskAsync("register", new JsonObject { ["name"] = name, ["version"] = version, ["text"] = text }))["node"]);

    /// <summary>What it finds, or the <c>error</c> it meets.</summary>
    public Task<JsonNode> FindAsync(string name) => AskAsync("find", new JsonObject { ["name"] = name });

    /// <summary>Calls, and tells the reply with its <c>result</c>, or the <c>error</c> it meets.</summary>
    public Task<JsonNode> CallAsync(string name, string method, string arguments = "{}", string more = "{}")
    {
        var command = JsonNode.Parse(more)!.AsObject();
        (command["name"], command["method"], command["arguments"]) = (name, method, JsonNode.Parse(arguments));
        return AskAsync("call", command);
    }

    /// <summary>Raises or deletes the barrier of a version.</summary>
    public async Task BarrierAsync(string versionPath, bool up) =>
        Assert.Null((await AskAsync("barrier", new JsonObject { ["path"] = versionPath, ["up"] = up }))["error"]);

    /// <summary>Ends as a program does that closes its session.</summary>
    public async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync("""{"do": "stop"}""");
        Assert.Equal("\"stopped\"", await LineAsync());
    }

    /// <summary>Ends it in the middle of whatever it does; when this returns, nobody listens at its ports.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<JsonNode> AskAsync(string verb, JsonObject command)
    {
        command["do"] = verb;
        await _process.StandardInput.WriteLineAsync(command.ToJsonString(JsonSerializerOptions.Default));
        return JsonNode.Parse(await LineAsync())!;
    }

    private async Task<string> LineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline)
        ?? throw new InvalidOperationException(
            "The peer ended; is kazoo installed? Run eng/servers.sh, or install the package 'python3-kazoo'.");
}
