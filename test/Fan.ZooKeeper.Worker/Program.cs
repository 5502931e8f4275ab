using Fan;
using Fan.Coordination;
using Fan.Discovery;
using Fan.ZooKeeper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

// Another process with a session of its own, for the tests: it does one thing and tells what it did, line by line.
var (verb, url, name) = (args[0], args[1], args[2]);
if (verb == "announce")
{
    // An application that offers a service at an address that it is told.
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Services.AddFan(options => options.Name = "worker")
        .UseStore(url).AddZooKeeperStore()
        .Announce(name, args[3], EndpointDescription.Parse(System.Text.Encoding.UTF8.GetBytes(args[4])));
    using var host = builder.Build();
    await host.StartAsync();
    Console.WriteLine("ready");
    await host.WaitForShutdownAsync();
    return 0;
}

await using var store = new ZooKeeperCoordinationStore(
    ZooKeeperStoreProvider.ClientOptions(ZooKeeperStoreUrl.Parse(url), new ZooKeeperOptions(), NullLogger.Instance),
    TimeProvider.System,
    NullLogger.Instance);
await store.OpenAsync();
switch (verb)
{
    case "hold":
        await store.CommitAsync([new StoreOperation.Create("/" + name, default, NodeKind.Ephemeral)]);
        Console.WriteLine("ready");
        await foreach (var state in store.WatchSessionAsync()) Console.WriteLine(state);
        break;

    case "idle":
        // The session of 3 s is pinged every second. The first seconds make what is kept, and on a busy machine one may see a reconnection.
        using (var seconds = new PeriodicTimer(TimeSpan.FromSeconds(2)))
        {
            await ConnectedAsync(store);
            var least = long.MaxValue;
            for (var i = 0; i < 5 && least > 2000; i++)
            {
                var before = GC.GetTotalAllocatedBytes(precise: true);
                await seconds.WaitForNextTickAsync();
                least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
            }

            Console.WriteLine(least);
        }

        break;

    default:
        Console.Error.WriteLine($"unknown verb {verb}");
        return 2;
}

return 0;

// The servers of a test may be slow to answer when the machine is busy.
static async Task ConnectedAsync(ICoordinationStore store)
{
    using var pauses = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
    for (var attempt = 1; ; attempt++)
    {
        try
        {
            await store.GetAsync("/");
            return;
        }
        catch (StoreException) when (attempt < 100)
        {
            await pauses.WaitForNextTickAsync();
        }
    }
}
