using Fan.Coordination;
using Stores.Servers;
using SwitchBench.Servers;

namespace SwitchBench.Restores;

/// <summary>
/// A server that comes back with an older folder or an empty one, or whose root is deleted, or in whose place another one stands.
/// </summary>
internal sealed class ZooKeeperLoss(ZooKeeperEnsemble ensemble, string folder) : IStoreLoss
{
    private const int MaxAttempts = 200;

    private readonly string _saved = Path.Combine(folder, "saved");

    private ZooKeeperServer Server => ensemble.Servers[0];

    public Task SaveAsync()
    {
        if (Directory.Exists(_saved)) Directory.Delete(_saved, recursive: true);
        Directory.CreateDirectory(_saved);
        foreach (var file in Directory.GetFiles(Server.Data)) File.Copy(file, Path.Combine(_saved, Path.GetFileName(file)));
        return Task.CompletedTask;
    }

    public async Task<string> PlayAsync(string kind, int round)
    {
        switch (kind)
        {
            case "restore":
                var isEmpty = round % 2 == 1;
                await Server.KillAsync();
                Directory.Delete(Server.Data, recursive: true);
                if (!isEmpty) Directory.Move(_saved, Server.Data);
                Server.Start();
                await Server.ServesAsync();
                return isEmpty ? "started with an empty folder" : "started with an older folder";
            case "lose":
                var root = round % 2 == 0 ? Surroundings.Chroot : Surroundings.Chroot[..Surroundings.Chroot.LastIndexOf('/')];
                await using (var anybody = Operator.Create($"zookeeper://{Server.Address}?session=30s"))
                {
                    await DeleteAsync(await anybody.StoreAsync(), root);
                }

                return $"{root} deleted";
            default:
                await ensemble.ReplaceAsync();
                return "another server with no data";
        }
    }

    // As ZooKeeper's own client deletes recursively: all at once, and again where somebody has made or taken away something meanwhile.
    private static async Task DeleteAsync(ICoordinationStore store, string root)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await store.CommitAsync([.. (await BelowAsync(store, root)).Select(path => new StoreOperation.Delete(path))]);
                return;
            }
            catch (StoreConflictException) when (attempt < MaxAttempts)
            {
                // It is not as it was listed.
            }
        }
    }

    private static async Task<IReadOnlyList<string>> BelowAsync(ICoordinationStore store, string path)
    {
        var children = await Task.WhenAll(
            (await store.GetChildrenAsync(path) ?? []).Select(child => BelowAsync(store, StorePath.Join(path, child))));
        return [.. children.SelectMany(below => below), path];
    }
}
