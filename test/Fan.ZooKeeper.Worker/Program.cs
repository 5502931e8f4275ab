using Fan.Coordination;
using Fan.ZooKeeper;
using Microsoft.Extensions.Logging.Abstractions;

// Another process with a session of its own, for the tests: it does one thing and tells what it did, line by line.
var (verb, url, name) = (args[0], args[1], args[2]);
await using var store = new ZooKeeperCoordinationStore(
    ZooKeeperStoreProvider.ClientOptions(ZooKeeperStoreUrl.Parse(url), new ZooKeeperOptions()), TimeProvider.System, NullLogger.Instance);
await store.OpenAsync();
switch (verb)
{
    case "hold":
        await store.CommitAsync([new StoreOperation.Create("/" + name, default, NodeKind.Ephemeral)]);
        Console.WriteLine("ready");
        await foreach (var state in store.WatchSessionAsync()) Console.WriteLine(state);
        break;

    case "idle":
        // The session of 2 s is pinged every 0.7 s; the first rounds make what is kept afterwards.
        using (var seconds = new PeriodicTimer(TimeSpan.FromSeconds(1)))
        {
            await store.GetAsync("/");
            for (var i = 0; i < 3; i++) await seconds.WaitForNextTickAsync();
            Console.WriteLine("ready");
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < 3; i++) await seconds.WaitForNextTickAsync();
            Console.WriteLine(GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        break;

    default:
        Console.Error.WriteLine($"unknown verb {verb}");
        return 2;
}

return 0;
