using System.Text;
using Fan;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Database.Engines;
using Fan.Database.Queues;
using Fan.Database;
using Fan.Discovery;
using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// Another process with the queues of a database, for the tests: it serves the cellar, or consumes, and tells what it gets, line by line.
var (verb, kind, place, service) = (args[0], args[1], args[2], args[3]);
if (verb == "serve")
{
    var cellar = new Cellar();
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Services.AddFan(settings => settings.Name = "worker")
        .UseStore(_ => new MemoryCoordinationStore(new MemoryTree()))
        .AddDatabase(settings =>
        {
            (settings.Postgres, settings.Sqlite) = kind == "sqlite" ? (null, place) : (place, (string?)null);
            (settings.ServeCalls, settings.CallLease) = (true, TimeSpan.FromSeconds(2));
        })
        .AddService<ICellar>(_ => cellar);
    using var host = builder.Build();
    await host.StartAsync();
    Console.WriteLine(Encoding.UTF8.GetString(
        (await host.Services.GetRequiredService<IEndpointDirectory>().FindAsync("cellar"))[0].Description.ToJson()));
    await cellar.Waiting;
    Console.WriteLine("waiting");
    await host.WaitForShutdownAsync();
    return;
}

var options = kind == "sqlite" ? new FanDatabaseOptions { Sqlite = place } : new FanDatabaseOptions { Postgres = place };
await using var database = DatabaseFactory.Create(options, TimeProvider.System);
await using var transport = new DatabaseQueueTransport(database, Options.Create(options), TimeProvider.System);
var subscription = new QueueSubscription
{
    Queue = new QueueName(service),
    Policy = new QueuePolicy { LeaseTime = TimeSpan.FromSeconds(2) },
    Consumer = "worker",
    Concurrency = 4,
    Prefetch = 8,
};
await using var consumer = await transport.ConsumeAsync(
    subscription,
    async (delivery, token) =>
    {
        var text = Encoding.UTF8.GetString(delivery.Message.Payload.Span).Trim('"');
        Console.WriteLine($"{text} {delivery.Attempt}");
        if (verb == "hold" || text == verb) await Task.Delay(Timeout.Infinite, token);
        return QueueSettlement.Done;
    },
    CancellationToken.None);
Console.WriteLine("ready");
await Task.Delay(Timeout.Infinite);
