using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Fan;
using Microsoft.Extensions.DependencyInjection;
using SwitchBench.Processes;

namespace SwitchBench.Chains;

/// <summary>Callers of each range, which call all the time and tell what they saw.</summary>
internal sealed class ChainCallers(IFan fan) : IDisposable
{
    private const int Items = 10;
    private const int Racks = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, long> _progress = new(StringComparer.Ordinal);
    private int _calls;
    private int _streams;
    private int _wrong;

    public static async Task<int> RunAsync(string store, string routes, string name)
    {
        using var host = await Applications.StartAsync(
            store,
            routes,
            name,
            TimeProvider.System,
            fan => fan.DependsOn<ICellarOne>("^1").DependsOn<ICellarTwo>("^2").DependsOn<IRacks>("^1"));
        using var callers = new ChainCallers(host.Services.GetRequiredService<IFan>());
        Console.WriteLine("ready");
        var calling = callers.RunAsync();
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line == "stop") break;
            Console.WriteLine(
                line == "stuck" ? callers.Stuck() : string.Create(CultureInfo.InvariantCulture, $"{callers._calls} {callers._streams}"));
        }

        await callers._stop.CancelAsync();
        await Task.WhenAny(calling, Task.Delay(Patience));
        Console.WriteLine(
            string.Join('\t', [
                string.Create(CultureInfo.InvariantCulture, $"{callers._calls} {callers._streams} {callers._wrong}"),
                callers.Stuck(),
                .. callers._failures
            ]));
        await host.StopAsync();
        return 0;
    }

    public void Dispose() => _stop.Dispose();

    private static CallOptions Any => new();

    private Task RunAsync() => Task.WhenAll(
    [
        CallAsync("^1", "1.", id => fan.Get<ICellarOne>().WhichAsync(id)),
        CallAsync("^2", "2.", id => fan.Get<ICellarTwo>().WhichAsync(id)),
        CallAsync("*", "", id => fan.CallAsync<string>("chain.cellar.which", Arguments("id", id), Any)!),
        CallAsync("racks ^1", "1.", id => fan.Get<IRacks>(id % Racks).WhichAsync(id)),
        CallAsync("racks *", "1.", id => fan.CallAsync<string>($"chain.racks[{id % Racks}].which", Arguments("id", id), Any)!),
        StreamAsync("^1", "1.", () => fan.Get<ICellarOne>().CountAsync(Items)),
        StreamAsync("^2", "2.", () => fan.Get<ICellarTwo>().CountAsync(Items)),
        StreamAsync("*", "", () => Texts(fan.StreamAsync("chain.cellar.count", Arguments("to", Items)))),
        StreamAsync("racks ^1", "1.", () => fan.Get<IRacks>(3).CountAsync(Items)),
        StreamAsync("racks *", "1.", () => Texts(fan.StreamAsync("chain.racks[4].count", Arguments("to", Items)))),
    ]);

    private static JsonElement Arguments(string name, int value) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, int> { [name] = value });

    private static async IAsyncEnumerable<string> Texts(IAsyncEnumerable<JsonElement> items)
    {
        await foreach (var item in items) yield return item.GetString()!;
    }

    private Task CallAsync(string who, string versions, Func<int, ValueTask<string>> call) => RepeatAsync("call " + who, async id =>
    {
        Require(await call(id), versions, id);
        Interlocked.Increment(ref _calls);
    });

    private Task StreamAsync(string who, string versions, Func<IAsyncEnumerable<string>> stream) => RepeatAsync("stream " + who, async _ =>
    {
        var at = 0;
        await foreach (var item in stream())
        {
            Require(item, versions, ++at);
            _progress["stream " + who] = Stopwatch.GetTimestamp();
        }

        if (at != Items) Interlocked.Increment(ref _wrong);
        Interlocked.Increment(ref _streams);
    });

    private async Task RepeatAsync(string who, Func<int, Task> work)
    {
        for (var id = 1; !_stop.IsCancellationRequested; id++)
        {
            var started = _progress[who] = Stopwatch.GetTimestamp();
            try
            {
                await work(id);
            }
            catch (Exception error) when (error is FanException or OperationCanceledException)
            {
                _failures.Enqueue(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{started} {Stopwatch.GetTimestamp()} {who}: {error.GetType().Name}: {error.Message}")
                        .ReplaceLineEndings(" ")
                        .Replace('\t', ' '));
                // Whoever fails at once must not fill the history.
                await Task.Delay(5);
            }
        }

        _progress.TryRemove(who, out _);
    }

    private void Require(string text, string versions, int id)
    {
        if (!text.StartsWith(versions, StringComparison.Ordinal)
            || !text.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{id}"), StringComparison.Ordinal))
        {
            Interlocked.Increment(ref _wrong);
        }
    }

    private string Stuck() =>
        string.Join(", ", _progress.Where(one => Stopwatch.GetElapsedTime(one.Value) > Patience).Select(one => one.Key));
}
