using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan;
using Fan.Coordination;
using Fan.Native.Service;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// A service and its callers over each route, as the builds without reflection run them: a line for each answer, and 1 where one of them is
// wrong.
Console.WriteLine(
    $"reflection for JSON: {JsonSerializer.IsReflectionEnabledByDefault}, compiled while running: {RuntimeFeature.IsDynamicCodeCompiled}");
var tree = new MemoryTree();
var folder = Directory.CreateTempSubdirectory("fan-native-");
var wrong = 0;
try
{
    using var service = await StartAsync("service", fan => fan.AddService<ICellar, Cellar>());
    foreach (var route in (string[])["ipc", "http"])
    {
        using var caller = await StartAsync($"caller over {route}", fan => fan.DependsOn<ICellar>().Route("*", calls: route));
        var fan = caller.Services.GetRequiredService<IFan>();
        foreach (var (name, expected, ask) in Questions.All())
        {
            var got = await AnswerAsync(fan, ask);
            if (got != expected) wrong++;
            Console.WriteLine(
                $"{route,-5} {name,-15} {(got == expected ? "right" : "WRONG"),-6} " +
                $"{got}{(got == expected ? "" : $" instead of {expected}")}");
        }

        await caller.StopAsync();
    }

    await service.StopAsync();
}
catch (InvalidOperationException error)
{
    Console.WriteLine(error.Message);
    wrong++;
}
finally
{
    folder.Delete(recursive: true);
}

Console.WriteLine(wrong == 0 ? "all right" : $"{wrong} wrong");
return wrong == 0 ? 0 : 1;

async Task<IHost> StartAsync(string name, Action<FanBuilder> configure)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
    configure(builder.Services.AddFan(options => options.Name = name)
        .UseStore(_ => new MemoryCoordinationStore(tree))
        .AddIpc(options => options.Folder = folder.FullName).AddHttp());
    var host = builder.Build();
    await host.StartAsync();
    return host;
}

static async Task<string> AnswerAsync(IFan fan, Func<IFan, Task<string>> ask)
{
    try
    {
        return await ask(fan);
    }
    catch (Exception error) when (error is FanException or InvalidOperationException or NotSupportedException or JsonException)
    {
        return $"{error.GetType().Name}: {error.Message}";
    }
}
