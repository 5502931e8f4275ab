using Fan.Loss;
using Fan.Loss.Processes;

// Pushes over a durable route while consumers, producers and the broker are killed and other things go wrong, and tells what became of
// every accepted push: `dotnet run -c Release --project test/Fan.Loss -- --route amqp --messages 100000 --json PATH`. docs/push.md has what
// it came to. "produce …" and "consume …" are the processes that it starts and kills.
if (args is ["produce" or "consume", ..]) return await LossProcess.RunAsync(args);

if (LossOptions.Parse(args, out var problem) is not { } options)
{
    Console.Error.WriteLine($"{problem}\n{LossOptions.Usage}");
    return 2;
}

LossReport report;
await using (var run = new LossRun(options, line => Console.WriteLine(line))) report = await run.RunAsync();
foreach (var line in report.Lines) Console.WriteLine(line);
if (options.Json is { } path) await report.WriteAsync(path);
return report.Holds ? 0 : 1;
