using Fan;
using Fan.EndToEnd.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A till in a process of its own: serves until it is ended, in whatever way.
var builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders();
builder.Services.AddFan(options => options.Name = "till").UseStore(args[0]).AddSqliteStore().AddHttp().AddService<ITill, Till>();
using var host = builder.Build();
await host.StartAsync();
Console.WriteLine("ready");
await host.WaitForShutdownAsync();
Console.WriteLine("ended");
