using System.Text.Json;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Ipc.Tests;

/// <summary>Servers that are killed while they serve.</summary>
public sealed class KillTests : IpcTest
{
    private static readonly JsonElement X = JsonDocument.Parse("""{"text": "x"}""").RootElement;

    [Theory]
    [InlineData("ipc")]
    [InlineData("tcp")]
    public async Task A_server_killed_midway_breaks_its_calls_off_and_no_other(string transport)
    {
        using var victim = await WorkerProcess.StartAsync(Folder.FullName);
        await RegisterAsync(victim.Endpoints[transport]);
        var caller = await StartAsync("caller", fan => AddIpc(fan).AddTcp());
        var cellar = caller.Fan.Get<ICellar>();
        var waiting = Enumerable.Range(0, 10).Select(_ => cellar.WaitAsync().AsTask()).ToList();
        var sequence = cellar.DripAsync().ToListAsync().AsTask();
        Assert.Equal("waiting", await victim.ReadAsync());

        using var survivor = await WorkerProcess.StartAsync(Folder.FullName);
        await RegisterAsync(survivor.Endpoints[transport]);
        await caller.SeesAsync("cellar", 2);
        using var enough = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var calls = 0;
            // Idempotent, so that one which breaks off is sent again; by name, because its endpoints say so.
            for (; !enough.IsCancellationRequested; calls++)
            {
                Assert.Equal("x", i % 2 == 0 ? await cellar.EchoAsync("x") : await caller.Fan.CallAsync<string>("cellar.echo", X));
            }
            return calls;
        })).ToList();
        victim.Kill();
        foreach (var call in waiting)
        {
            Assert.Contains(
                "broke off",
                (await Assert.ThrowsAsync<ServiceUnavailableException>(() => call).WaitAsync(Eventually.Deadline)).Message,
                StringComparison.Ordinal);
        }
        await Assert.ThrowsAsync<ServiceUnavailableException>(() => sequence).WaitAsync(Eventually.Deadline);
        for (var i = 0; i < 200; i++) Assert.Equal("y", await cellar.EchoAsync("y"));
        await enough.CancelAsync();
        foreach (var calls in await Task.WhenAll(callers).WaitAsync(Eventually.Deadline)) Assert.True(calls > 0);
    }

    [Fact]
    public async Task What_a_killed_server_left_in_the_folder_is_removed_by_the_next()
    {
        string left;
        using (var victim = await WorkerProcess.StartAsync(Folder.FullName)) left = victim.Endpoints["ipc"].Properties["path"];
        Assert.True(File.Exists(left));
        await ServeAsync();
        Assert.False(File.Exists(left));
    }
}
