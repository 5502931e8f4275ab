using Stores.Clients;

namespace Stores;

/// <summary>Lets all contenders take turns, round after round, so that whatever disturbs the machine disturbs all alike.</summary>
internal sealed class Comparison(IReadOnlyList<Contender> contenders, TextWriter progress)
{
    private const double WarmUpSeconds = 1;

    public async Task WarmUpAsync(double share)
    {
        foreach (var contender in contenders)
        {
            await progress.WriteAsync($"\rwarming up {contender.Name} on {contender.Store}                ");
            foreach (var operation in Load.Pipelined) await contender.Client.RunAsync(operation, WarmUpSeconds * share);
            await contender.Client.WatchAsync(20);
        }
    }

    /// <summary>Reads, writes and multis: medians over the rounds.</summary>
    public async Task<IReadOnlyList<Row>> PipelineAsync(string operation, int rounds, double seconds)
    {
        var slices = contenders.ToDictionary(contender => contender, _ => new List<Slice>());
        await TakeTurnsAsync(
            operation, rounds, async contender => slices[contender].Add(await contender.Client.RunAsync(operation, seconds)));
        return [.. contenders.Select(contender => new Row(contender.Store, contender.Name, operation)
        {
            PerSecond = Quantile.Median(slices[contender].Select(Speed)),
            CpuMicroseconds = Quantile.Median(slices[contender].Select(slice => slice.CpuSeconds / slice.Count * 1e6)),
            TimesFastestPeer = AgainstPeers(contender, slices),
        })];
    }

    /// <summary>How long an event is on its way: over all of the rounds.</summary>
    public async Task<IReadOnlyList<Row>> WatchAsync(int rounds, int count)
    {
        var times = contenders.ToDictionary(contender => contender, _ => new List<double>());
        await TakeTurnsAsync(Load.Watch, rounds, async contender => times[contender].AddRange(await contender.Client.WatchAsync(count)));
        return [.. contenders.Select(contender => new Row(contender.Store, contender.Name, Load.Watch)
        {
            MedianMs = Quantile.Median(times[contender]),
            P99Ms = Quantile.Of(times[contender], 0.99),
        })];
    }

    private static double Speed(Slice slice) => slice.Count / slice.Seconds;

    private static double? AgainstPeers(Contender contender, Dictionary<Contender, List<Slice>> slices)
    {
        var peers = slices.Where(other => other.Key.Store == contender.Store && other.Key != contender)
            .Select(other => other.Value).ToList();
        if (contender.Name != "fan" || peers.Count == 0) return null;
        var fastest = peers.MaxBy(peer => Quantile.Median(peer.Select(Speed)))!;
        return Quantile.Median(slices[contender].Zip(fastest, (own, other) => Speed(own) / Speed(other)));
    }

    private async Task TakeTurnsAsync(string operation, int rounds, Func<Contender, Task> take)
    {
        for (var round = 0; round < rounds; round++)
        {
            await progress.WriteAsync($"\r{operation}: round {round + 1} of {rounds}                           ");
            for (var turn = 0; turn < contenders.Count; turn++) await take(contenders[(turn + round) % contenders.Count]);
        }
    }
}
