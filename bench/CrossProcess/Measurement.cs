namespace CrossProcess;

/// <summary>Makes calls to the server process and takes the account of both sides. Not safe for concurrent use.</summary>
internal sealed class Measurement : IAsyncDisposable
{
    private const double WarmUpSlice = 0.25;
    private const int WarmUpRounds = 12;

    // The first round compiles thousands of methods; timers and rare ways keep a few coming for ever.
    private const int Settled = 50;

    public static readonly IReadOnlyList<int> Callers = [1, 16, 64];

    private readonly Contender _contender;
    private readonly ChildProcess _server;
    private readonly Client _client;
    private readonly CallLoop _loop;

    private Measurement(Contender contender, ChildProcess server, Client client)
    {
        _contender = contender;
        _server = server;
        _client = client;
        _loop = new CallLoop(client);
    }

    /// <summary>Starts the server, connects, and warms both sides up.</summary>
    public static async Task<Measurement> StartAsync(Contender contender, bool quick)
    {
        var server = new ChildProcess("server", contender.Name);
        try
        {
            var measurement = new Measurement(contender, server, await contender.Connect(await server.ReadAsync()));
            await measurement.WarmUpAsync(quick ? 1 : WarmUpRounds);
            return measurement;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task<Slice> RunAsync(Payload payload, int callers, double seconds)
    {
        var before = await UsageAsync();
        var (elapsed, latencies) = await _loop.RunAsync(payload, callers, seconds);
        var used = await UsageAsync() - before;
        if (payload.IsPush) await _client.EmptyAsync();
        return new Slice(
            latencies.Count,
            elapsed,
            latencies.Microseconds(0.5),
            latencies.Microseconds(0.99),
            used.CpuSeconds,
            (double)used.Bytes / latencies.Count);
    }

    /// <summary>Whether it can carry that.</summary>
    public bool Has(Payload payload) => _contender.Has(payload);

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    // Warm is where the compiler has next to nothing left to do on either side, in whichever tier.
    private async Task WarmUpAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var before = await UsageAsync();
            foreach (var payload in Payload.All.Where(_contender.Has))
            {
                foreach (var callers in Callers) await _loop.RunAsync(payload, callers, WarmUpSlice);
                if (payload.IsPush) await _client.EmptyAsync();
            }

            if ((await UsageAsync() - before).Compiled <= Settled) return;
        }
    }

    private async Task<Usage> UsageAsync() => Usage.OfThisProcess() + Usage.Parse(await _server.AskAsync("usage"));
}
