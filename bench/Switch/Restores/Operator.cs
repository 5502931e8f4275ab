using Fan;
using Fan.Cli.Health;
using Fan.Commits;
using Fan.Coordination;
using Fan.Switching;
using Fan.Tree;
using Microsoft.Extensions.DependencyInjection;

namespace SwitchBench.Restores;

/// <summary>Who looks at the system and changes it, as the tool does: a session of its own, and no application.</summary>
internal sealed class Operator : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Operator(ServiceProvider services) => _services = services;

    public ISystemChanges Changes => _services.GetRequiredService<ISystemChanges>();

    public static Operator Create(string store)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddFan(fan => fan.Name = "switch-bench").UseStore(store).AddSqliteStore().AddZooKeeperStore();
        return new Operator(services.BuildServiceProvider());
    }

    public Task<ICoordinationStore> StoreAsync() => _services.GetRequiredService<StoreConnection>().OpenedAsync(CancellationToken.None);

    /// <summary>The log as it is now: the fingerprint of each commit.</summary>
    public async Task<SortedDictionary<long, string>> ReadLogAsync()
    {
        var log = new SortedDictionary<long, string>();
        await foreach (var commit in Changes.LogAsync()) log[commit.Number] = CommitJson.Fingerprint(commit);
        return log;
    }

    /// <summary>The newest commit; null where there is none.</summary>
    public async Task<(long Number, string Fingerprint)?> ReadHeadAsync()
    {
        var head = await new CommitLog(await StoreAsync(), TimeProvider.System).ReadHeadAsync(CancellationToken.None);
        return head?.Commit is { } commit ? (commit.Number, CommitJson.Fingerprint(commit)) : null;
    }

    /// <summary>What the doctor says of the log.</summary>
    public async Task<Check> DiagnoseAsync() =>
        await LogChecks.RunAsync(await StoreAsync(), Changes, TimeProvider.System, CancellationToken.None);

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
