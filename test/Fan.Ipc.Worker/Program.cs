using System.Text;
using Fan;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// Another process that serves the cellar, for the tests: it prints its endpoints, and then a line when a call has begun to wait.
var folder = args[0];
var cellar = new Cellar();
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddFan(options => options.Name = "worker")
    .UseStore(_ => new MemoryCoordinationStore(new MemoryTree()))
    .AddIpc(options => options.Folder = folder)
    .AddTcp()
    .AddService<ICellar>(_ => cellar);
using var host = builder.Build();
await host.StartAsync();
foreach (var endpoint in await host.Services.GetRequiredService<IEndpointDirectory>().FindAsync("cellar"))
    Console.WriteLine(Encoding.UTF8.GetString(endpoint.Description.ToJson()));
await cellar.Waiting;
Console.WriteLine("waiting");
await host.WaitForShutdownAsync();
