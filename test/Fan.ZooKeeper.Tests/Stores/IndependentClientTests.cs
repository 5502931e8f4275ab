using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Tests.Servers;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>kazoo, ZooKeeper's client for Python, in one tree with ours.</summary>
public sealed class IndependentClientTests(ZooKeeperServers servers)
{
    [Fact]
    public async Task Kazoo_reads_what_we_wrote_and_we_read_what_it_wrote()
    {
        await using var harness = new ZooKeeperHarness(await servers.SingleAsync());
        var store = await harness.OpenAsync();
        await store.CommitAsync([
            new StoreOperation.Create("/ours"),
            new StoreOperation.Create("/ours/data", "1"u8.ToArray()),
            new StoreOperation.Create("/ours/e", "ephemeral"u8.ToArray(), NodeKind.Ephemeral),
            new StoreOperation.Create("/ours/n_", "één"u8.ToArray(), NodeKind.PersistentSequential),
            new StoreOperation.Create("/ours/c", "container"u8.ToArray(), NodeKind.Container),
            new StoreOperation.Set("/ours/data", "2"u8.ToArray(), 0)]);
        await using var watch = store.WatchAsync("/theirs/e").GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());

        using var peer = Start((await servers.SingleAsync()).Hosts + harness.Chroot);
        var tree = JsonSerializer.Deserialize<Dictionary<string, JsonElement[]>>(await LineAsync(peer))!;
        Assert.Equal(["c", "data", "e", "n_0000000002"], tree.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("2", 1, 0L), (tree["data"][0].GetString(), tree["data"][1].GetInt32(), tree["data"][2].GetInt64()));
        Assert.Equal(("ephemeral", 0, store.SessionId), (tree["e"][0].GetString(), tree["e"][1].GetInt32(), tree["e"][2].GetInt64()));
        Assert.Equal(("één", "container"), (tree["n_0000000002"][0].GetString(), tree["c"][0].GetString()));

        var told = JsonSerializer.Deserialize<JsonElement[]>(await LineAsync(peer))!;
        Assert.Equal("/theirs/n_0000000001", told[1].GetString());
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        Assert.Equal(new StoreEvent(StoreEventKind.Created, "/theirs/e"), watch.Current);
        var ephemeral = (await store.GetAsync("/theirs/e"))!;
        Assert.Equal(told[0].GetInt64(), ephemeral.EphemeralOwner);
        Assert.Equal([0x00, 0xff], ephemeral.Data.ToArray());
        Assert.Equal("één", await TextAsync(store, "/theirs/n_0000000001"));
        Assert.Equal("in a transaction", await TextAsync(store, "/theirs/t"));
        Assert.Equal(("set by kazoo", 2), (await TextAsync(store, "/ours/data"), (await store.GetAsync("/ours/data"))!.Version));

        await peer.StandardInput.WriteLineAsync();
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Eventually.Deadline));
        Assert.Equal(new StoreEvent(StoreEventKind.Deleted, "/theirs/e"), watch.Current);
        await peer.WaitForExitAsync().WaitAsync(Eventually.Deadline);
    }

    private static Process Start(string hosts)
    {
        const string python = "/usr/bin/python3";
        if (!File.Exists(python)) Assert.Fail("Python is not installed: run eng/servers.sh, or install the package 'python3-kazoo'.");
        return Process.Start(new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "kazoo_peer.py"), hosts])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
    }

    private static async Task<string> LineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Eventually.Deadline)
            ?? throw new InvalidOperationException(
                "The kazoo client ended; is it installed? Run eng/servers.sh, or install the package 'python3-kazoo'.");

    private static async Task<string> TextAsync(ZooKeeperCoordinationStore store, string path) =>
        Encoding.UTF8.GetString((await store.GetAsync(path))!.Data.Span);
}
