using Fan.Coordination;
using Stores.Servers;
using SwitchBench.Servers;

namespace SwitchBench.Restores;

/// <summary>A server that comes back with an older folder or an empty one, or whose root is deleted, or in whose place another one stands.</summary>
internal sealed class ZooKeeperLoss(ZooKeeperEnsemble ensemble, string folder) : IStoreLoss
{
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
                await using (var anybody = Operator.Create($"zookeeper://{Server.Address}?session=30s")) await DeleteAsync(await anybody.StoreAsync(), root);
                return $"{root} deleted";
            default:
                await ensemble.ReplaceAsync();
                return "another server with no data";
        }
    }

    // As any client deletes recursively: node by node, and once more where somebody has made something below meanwhile.
    private static async Task DeleteAsync(ICoordinationStore store, string path)
    {
        while (true)
        {
            foreach (var child in await store.GetChildrenAsync(path) ?? []) await DeleteAsync(store, StorePath.Join(path, child));
            try
            {
                await store.CommitAsync([new StoreOperation.Delete(path)]);
                return;
            }
            catch (StoreConflictException error) when (error.Conflict == StoreConflict.NoNode)
            {
                return;
            }
            catch (StoreConflictException)
            {
                // It has children again.
            }
        }
    }
}
