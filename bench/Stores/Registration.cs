using System.Diagnostics;
using Fan;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Stores;

[Service("bench.cellar", Version = "1.0.0")]
internal interface ICellar
{
    ValueTask<string> EchoAsync(string text);
}

internal sealed class Cellar : ICellar
{
    public ValueTask<string> EchoAsync(string text) => new(text);
}

/// <summary>Applications that come and go, and one that looks on.</summary>
internal static class Registration
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>
    /// From an application's start, with its HTTP server and its session, until its endpoint is registered, and until another application
    /// sees it.
    /// </summary>
    public static async Task<IReadOnlyList<Row>> RunAsync(string name, Func<ICoordinationStore> create, int count)
    {
        using var observer = Build(create, _ => { });
        await observer.StartAsync();
        var directory = observer.Services.GetRequiredService<IEndpointDirectory>();
        await using var sets = directory.WatchAsync("bench.cellar").GetAsyncEnumerator();
        await SeeAsync(sets, 0);
        var (registered, seen) = (new List<double>(), new List<double>());
        // The first one is the warm-up.
        for (var i = 0; i <= count; i++)
        {
            using var host = Build(create, fan => fan.AddService<ICellar, Cellar>());
            var seeing = SeeAsync(sets, 1);
            var begin = Stopwatch.GetTimestamp();
            await host.StartAsync();
            var started = Stopwatch.GetTimestamp();
            var shown = await seeing.WaitAsync(Patience);
            if (i > 0) registered.Add(Stopwatch.GetElapsedTime(begin, started).TotalMilliseconds);
            if (i > 0) seen.Add(Stopwatch.GetElapsedTime(begin, shown).TotalMilliseconds);
            await host.StopAsync();
            await SeeAsync(sets, 0).WaitAsync(Patience);
        }

        await observer.StopAsync();
        return [Row(name, "register", registered), Row(name, "seen", seen)];
    }

    private static Row Row(string store, string operation, List<double> times) =>
        new(store, "fan", operation) { MedianMs = Quantile.Median(times), P99Ms = Quantile.Of(times, 0.99) };

    private static IHost Build(Func<ICoordinationStore> create, Action<FanBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services.AddFan(options => options.Name = "bench").UseStore(_ => create()).AddHttp());
        return builder.Build();
    }

    private static async Task<long> SeeAsync(IAsyncEnumerator<IReadOnlyList<Endpoint>> sets, int count)
    {
        while (await sets.MoveNextAsync())
        {
            if (sets.Current.Count == count) return Stopwatch.GetTimestamp();
        }

        throw new InvalidOperationException("The store was closed.");
    }
}
