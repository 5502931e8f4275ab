using System.Text;
using Fan;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Another process at the broker of a test. "serve URI": serves the cellar, prints its endpoint, and then a line when a call has begun to
// wait. "call URI ENDPOINT": makes a call that waits, and prints a line when it was sent.
var tree = new MemoryTree();
var cellar = new Cellar();
var builder = Host.CreateEmptyApplicationBuilder(null);
var fan = builder.Services.AddFan(options => options.Name = "worker")
    .UseStore(_ => new MemoryCoordinationStore(tree))
    .AddAmqp(options => options.Uri = args[1]);
if (args[0] == "serve") fan.AddService<ICellar>(_ => cellar);
using var host = builder.Build();
await host.StartAsync();
if (args[0] == "serve")
{
    foreach (var endpoint in await host.Services.GetRequiredService<IEndpointDirectory>().FindAsync("cellar"))
        Console.WriteLine(Encoding.UTF8.GetString(endpoint.Description.ToJson()));
    await cellar.Waiting;
    Console.WriteLine("waiting");
    await host.WaitForShutdownAsync();
}
else
{
    await using var store = new MemoryCoordinationStore(tree);
    await store.OpenAsync(CancellationToken.None);
    foreach (var path in (string[])["/endpoints", "/endpoints/cellar", "/endpoints/cellar/1.2.0"])
        await store.CommitAsync([new StoreOperation.Create(path, default, NodeKind.Persistent)]);
    await store.CommitAsync(
        [new StoreOperation.Create("/endpoints/cellar/1.2.0/amqp_", Encoding.UTF8.GetBytes(args[2]), NodeKind.PersistentSequential)]);
    var call = host.Services.GetRequiredService<IFan>().Get<ICellar>().WaitAsync();
    Console.WriteLine("calling");
    await call;
}
