using System.Globalization;
using Fan;
using Fan.Stop.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A process that never has a reason to end, until it is told to: "SECONDS STORE ROUTE PLACE", with the seconds of DrainTimeout. It prints
// what has begun in it, and its log as errors.
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddLogging(
    logging => logging.SetMinimumLevel(LogLevel.Information).AddSimpleConsole(
        console => (console.SingleLine, console.UseUtcTimestamp, console.TimestampFormat) = (true, true, "HH:mm:ss.fff ")).Services
            .Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
                console => console.LogToStandardErrorThreshold = LogLevel.Trace));
var fan = builder.Services.AddFan(
    options => (options.Name, options.DrainTimeout) = ("stuck", TimeSpan.FromSeconds(double.Parse(args[0], CultureInfo.InvariantCulture))))
    .UseStore(args[1]).AddSqliteStore().AddZooKeeperStore()
    .AddService<IStuck>(_ => new Stuck(TimeProvider.System))
    .ConfigureQueue<IStuck>(options => (options.Concurrency, options.HandlingTimeout) = (1, TimeSpan.FromHours(1)));
Routes.Add(fan, args[2], args[3]);
var host = builder.Build();
await host.StartAsync();
for (var i = 0; i < 3; i++) await host.Services.GetRequiredService<IFan>().Get<IStuck>().TakeAsync(i);
Console.WriteLine("ready");
await host.WaitForShutdownAsync();
Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} stopped");
await ((IAsyncDisposable)host).DisposeAsync();
Console.Error.WriteLine($"{DateTime.UtcNow:HH:mm:ss.fff} disposed");
