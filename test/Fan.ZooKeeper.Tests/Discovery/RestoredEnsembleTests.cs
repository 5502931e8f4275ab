using Fan.Conformance;
using Fan.Switching;
using Fan.ZooKeeper.Tests.Servers;
using Fan.ZooKeeper.Tests.Stores;

namespace Fan.ZooKeeper.Tests.Discovery;

/// <summary>
/// An ensemble that comes back with other data than it had: all applications follow the log that it has now, and a switch is called applied
/// only where it is.
/// </summary>
public sealed class RestoredEnsembleTests(ZooKeeperServers servers) : IAsyncLifetime
{
    private static readonly ChangeOptions Quick = new() { Author = "tester", DrainTimeout = TimeSpan.Zero };

    private ZooKeeperEnsemble _ensemble = null!;

    private string Data => Path.Combine(_ensemble.Servers[0].Folder, "data", "version-2");

    public async ValueTask InitializeAsync() => _ensemble = await ZooKeeperEnsemble.StartAsync(servers.NewFolder("restored"), 1);

    public ValueTask DisposeAsync() => _ensemble.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_application_follows_the_log_that_is_there_now(bool isEmpty)
    {
        await using var one = await CellarHost.StartAsync(Create(), "one", serves: true);
        await using var two = await CellarHost.StartAsync(Create(), "two", serves: true, isNext: true);
        await using var caller = await CellarHost.StartAsync(Create(), "caller", serves: false);
        CellarHost[] all = [one, two, caller];
        await Eventually.TrueAsync(async () => (await caller.Directory.FindAsync("cellar")).Count == 2, "both are seen");
        await SwitchAsync(caller, "1.2.0");
        await CallsAsync(caller, "one");
        await _ensemble.KillAllAsync();
        if (!isEmpty) Copy(Data, Data + ".saved");
        await _ensemble.StartAllAsync();
        await Eventually.TrueAsync(async () => await caller.HealthAsync() == "", "it is back");
        Assert.Equal((3, 3), await SwitchAsync(caller, "2.0.0"));
        await CallsAsync(caller, "two");

        await _ensemble.KillAllAsync();
        Directory.Delete(Data, recursive: true);
        if (!isEmpty) Directory.Move(Data + ".saved", Data);
        await _ensemble.StartAllAsync();
        foreach (var host in all)
        {
            await Eventually.TrueAsync(async () => (await host.HealthAsync()).Contains(
                $"the log of commits was at 3 and is at {(isEmpty ? 0 : 2)}", StringComparison.Ordinal), "it says so");
        }
        if (!isEmpty) await CallsAsync(caller, "one");
        Assert.Equal((3, isEmpty ? 2 : 3), await SwitchAsync(caller, isEmpty ? "1.2.0" : "2.0.0"));
        await CallsAsync(caller, isEmpty ? "one" : "two");
    }

    [Fact]
    public async Task A_root_that_is_deleted_is_made_again_and_the_servers_are_left_in_peace()
    {
        await using var one = await CellarHost.StartAsync(Create(), "one", serves: true);
        await using var two = await CellarHost.StartAsync(Create(), "two", serves: true, isNext: true);
        await using var caller = await CellarHost.StartAsync(Create(), "caller", serves: false);
        await SwitchAsync(caller, "2.0.0");
        await using (var other = ZooKeeperHarness.Create(_ensemble.Url("", "30s")))
        {
            await ZooKeeperHarness.OpenAsync(other);
            await DeleteAsync(other, "/fan");
        }

        Assert.Equal((3, 2), await SwitchAsync(caller, "1.2.0"));
        await CallsAsync(caller, "one");
        await Eventually.TrueAsync(
            async () =>
            {
                var before = await ReceivedAsync();
                await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
                return await ReceivedAsync() - before < 50;
            },
            "the servers are asked for no more than before");
    }

    private async Task<long> ReceivedAsync() =>
        long.Parse((await _ensemble.Servers[0].AskAsync("srvr"))!.Split('\n').First(line => line.StartsWith(
            "Received: ", StringComparison.Ordinal))["Received: ".Length..], System.Globalization.CultureInfo.InvariantCulture);

    private static async Task DeleteAsync(ZooKeeperCoordinationStore store, string path)
    {
        foreach (var child in await store.GetChildrenAsync(path) ?? []) await DeleteAsync(store, Coordination.StorePath.Join(path, child));
        await Record.ExceptionAsync(async () => await store.CommitAsync([new Coordination.StoreOperation.Delete(path)]));
        // Somebody may have made something below it meanwhile.
        if (path == "/fan" && await store.GetAsync(path) is not null) await DeleteAsync(store, path);
    }

    private static Task CallsAsync(CellarHost caller, string by) =>
        Eventually.TrueAsync(async () => await caller.CallByNameAsync() == by + " 7", $"calls are served by {by}");

    private static async Task<(int Applications, long Number)> SwitchAsync(CellarHost host, string version)
    {
        var applications = 0;
        ChangeReport? report = null;
        await Eventually.TrueAsync(
            async () =>
            {
                applications = (await host.Changes.ApplicationsAsync()).Count;
                return applications == 3 && (await host.Directory.FindAsync("cellar")).Count == 2;
            },
            "all are registered");
        report = await host.Changes.ChangeAsync(
            [RouteChange.To("cellar", version)], Quick, cancellationToken: TestContext.Current.CancellationToken);
        return (report.Applications, report.Commit.Number);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private ZooKeeperCoordinationStore Create() => ZooKeeperHarness.Create(_ensemble.Url("/fan", "4s"));
}
