using System.Diagnostics;
using Fan.Coordination;

namespace Stores.Clients;

/// <summary>Fan's client, as applications use it: through the interface of stores.</summary>
internal sealed class FanClient : IClient
{
    // Its own, so that no other operation's writes are seen.
    private const string Watched = "/bench/watched";

    private readonly ICoordinationStore _store;
    private readonly ICoordinationStore _watcher;
    private readonly IAsyncEnumerator<StoreEvent> _events;
    private readonly string[] _paths = [.. Enumerable.Range(0, Load.Nodes).Select(node => $"/bench/{node}")];
    private readonly byte[] _data = new byte[Load.DataBytes];
    private bool _armed;
    private Task<long> _next = Task.FromResult(0L);

    private FanClient(ICoordinationStore store, ICoordinationStore watcher)
    {
        (_store, _watcher) = (store, watcher);
        _events = watcher.WatchAsync(Watched).GetAsyncEnumerator();
    }

    /// <param name="create">Makes a session that is not open yet.</param>
    public static async Task<FanClient> OpenAsync(Func<ICoordinationStore> create)
    {
        var client = new FanClient(create(), create());
        await client._store.OpenAsync();
        await client._watcher.OpenAsync();
        if (await client._store.GetAsync("/bench") is null)
        {
            await client._store.CommitAsync([
                new StoreOperation.Create("/bench"),
                new StoreOperation.Create(Watched),
                .. client._paths.Select(path => new StoreOperation.Create(path, client._data))
            ]);
        }

        return client;
    }

    public async Task<Slice> RunAsync(string operation, double seconds)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(seconds * Stopwatch.Frequency);
        // A store that answers at once must not keep the first of them for itself.
        var counts = await Task.WhenAll(Enumerable.Range(0, Load.Depth).Select(first => Task.Run(() => RunAsync(operation, first, end))));
        return new Slice(counts.Sum(), Stopwatch.GetElapsedTime(begin).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    public async Task<IReadOnlyList<double>> WatchAsync(int count)
    {
        // The first event is that the watch is armed.
        if (!_armed) _armed = await _events.MoveNextAsync();
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            _next = NextAsync();
            var begin = Stopwatch.GetTimestamp();
            await _store.CommitAsync([new StoreOperation.Set(Watched, _data)]);
            times.Add(Stopwatch.GetElapsedTime(begin, await _next).TotalMilliseconds);
        }

        return times;
    }

    public async ValueTask DisposeAsync()
    {
        // Ends what waits for an event, if a commit failed.
        await _watcher.DisposeAsync();
        await _next;
        await _events.DisposeAsync();
        await _store.DisposeAsync();
    }

    private async Task<long> NextAsync()
    {
        await _events.MoveNextAsync();
        return Stopwatch.GetTimestamp();
    }

    private async Task<long> RunAsync(string operation, int node, long end)
    {
        long count = 0;
        for (; Stopwatch.GetTimestamp() < end; count++, node++)
        {
            var path = _paths[node % Load.Nodes];
            switch (operation)
            {
                case "read":
                    await _store.GetAsync(path);
                    break;
                case "write":
                    await _store.CommitAsync([new StoreOperation.Set(path, _data)]);
                    break;
                default:
                    await _store.CommitAsync([
                        new StoreOperation.Check(path),
                        new StoreOperation.Set(path, _data),
                        new StoreOperation.Set(_paths[(node + 1) % Load.Nodes], _data)
                    ]);
                    break;
            }
        }

        return count;
    }
}
