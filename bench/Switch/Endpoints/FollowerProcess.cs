using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using Fan;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SwitchBench.Processes;

namespace SwitchBench.Endpoints;

/// <summary>One application that follows many endpoints, and does what standard input says.</summary>
internal static class FollowerProcess
{
    /// <summary>The endpoints' transport, which leads nowhere.</summary>
    public const string Transport = "nowhere";

    private const int Calls = 200_000;

    public static async Task<int> RunAsync(string store, string routes, int first, int count)
    {
        using var host = await Applications.StartAsync(
            store, routes, "follower", TimeProvider.System, fan => fan.Services.AddSingleton<IClientTransport, Nowhere>());
        Console.WriteLine("ready");
        var names = Enumerable.Range(first, count).Select(i => $"{EndpointRun.Prefix}{i}").ToList();
        var directory = host.Services.GetRequiredService<IEndpointDirectory>();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            Console.WriteLine(line.Split(' ') switch
            {
                ["load"] => await LoadAsync(directory, names),
                ["route"] => await RouteAsync(host.Services.GetRequiredService<IFan>(), names),
                ["await", var name, var endpoints] => await AwaitAsync(directory, name, int.Parse(endpoints, CultureInfo.InvariantCulture)),
                _ => "?",
            });
        }

        await host.StopAsync();
        return 0;
    }

    // Bytes for each endpoint, and seconds until all are known.
    private static async Task<string> LoadAsync(IEndpointDirectory directory, List<string> names)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var begun = Stopwatch.GetTimestamp();
        // Slower than the patience of a single call it may be.
        var counts = await Task.WhenAll(names.Select(name => CountAsync(directory, name)));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture, $"{(double)(GC.GetTotalMemory(forceFullCollection: true) - before) / counts.Sum()} {seconds}");
    }

    private static async Task<int> CountAsync(IEndpointDirectory directory, string name)
    {
        while (true)
        {
            try
            {
                return (await directory.FindAsync(name)).Count;
            }
            catch (ServiceUnavailableException)
            {
                // Still being read.
            }
        }
    }

    // Microseconds of the first call to each service, and of one of all that follow.
    private static async Task<string> RouteAsync(IFan fan, List<string> names)
    {
        var paths = names.Select(name => name + ".which").ToList();
        // Compiled before anything counts.
        for (var i = 0; i < 1000; i++) await fan.CallAsync<string>(paths[0], default);
        var begun = Stopwatch.GetTimestamp();
        foreach (var path in paths) await fan.CallAsync<string>(path, default);
        var first = Stopwatch.GetElapsedTime(begun).TotalMicroseconds / paths.Count;
        for (var i = 0; i < Calls / 4; i++) await fan.CallAsync<string>(paths[i % paths.Count], default);
        begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < Calls; i++) await fan.CallAsync<string>(paths[i % paths.Count], default);
        return string.Create(CultureInfo.InvariantCulture, $"{first} {Stopwatch.GetElapsedTime(begun).TotalMicroseconds / Calls}");
    }

    private static async Task<string> AwaitAsync(IEndpointDirectory directory, string name, int count)
    {
        await foreach (var endpoints in directory.WatchAsync(name))
        {
            if (endpoints.Count >= count) break;
        }

        return "done";
    }

    /// <summary>Answers at once.</summary>
    private sealed class Nowhere : IClientTransport
    {
        public string Name => Transport;

        public ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
        {
            var reply = ArrayPool<byte>.Shared.Rent(2);
            "\"\""u8.CopyTo(reply);
            return new(new ReplyPayload(reply, 2));
        }

        public IAsyncEnumerable<ReplyPayload> StreamAsync(OutgoingCall call, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
