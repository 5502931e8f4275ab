using CrossProcess.Brokers;
using Fan;
using Fan.Queues;

namespace CrossProcess.Contenders;

/// <summary>The typed call through Fan to a service of another process, which it finds in the embedded store.</summary>
internal static class FanRoute
{
    public static Contender Http(string name, Version version) => Over(name, fan => fan.AddHttp(http => http.CallVersion = version));

    /// <param name="name">The name of its rows.</param>
    /// <param name="route">Adds the one route that both sides have.</param>
    public static Contender Over(string name, Action<FanBuilder> route) => Over(name, (fan, _) => route(fan), pushes: false);

    /// <param name="name">The name of its rows.</param>
    /// <param name="broker">What the route goes over.</param>
    /// <param name="route">Adds the route to the broker at an address.</param>
    public static Contender Over(string name, Broker broker, Action<FanBuilder, string> route) =>
        Over(name, (fan, _) => route(fan, broker.Address), pushes: true) with { Broker = broker };

    /// <param name="name">The name of its rows.</param>
    /// <param name="route">Adds the route, by a file of that path.</param>
    public static Contender OverFile(string name, Action<FanBuilder, string> route) =>
        Over(name, (fan, store) => route(fan, store + ".route"), pushes: true);

    private static Contender Over(string name, Action<FanBuilder, string> route, bool pushes) => new(
        name,
        async () =>
        {
            var folder = Directory.CreateTempSubdirectory("fan-bench-");
            var store = Path.Combine(folder.FullName, "fan.db");
            var server = await StartAsync("bench-server", store, route, fan => fan.AddService<ICellar, Cellar>());
            if (pushes) await MakeQueueAsync(store, route);
            return new FanServer(folder, store, server);
        },
        async store => new FanClient(await StartAsync("bench-client", store, route, fan =>
        {
            fan.DependsOn<ICellar>();
            if (pushes) fan.DependsOn<ICellarLog>();
        })))
    {
        Pushes = pushes,
    };

    // A queue that is durable stays when those who take from it have gone.
    private static async Task MakeQueueAsync(string store, Action<FanBuilder, string> route)
    {
        var host = await StartAsync("bench-log", store, route, fan => fan.AddService<ICellarLog, CellarLog>());
        var log = host.Services.GetRequiredService<IFan>().Push<ICellarLog>(new());
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await log.NoteAsync("here");
                break;
            }
            catch (FanException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }

        await EndAsync(host);
    }

    private static async Task<IHost> StartAsync(string name, string store, Action<FanBuilder, string> route, Action<FanBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = name).AddSqliteStore()
            .UseStore("sqlite:" + store)
            .AddJson(CellarJson.Default);
        route(fan, store);
        configure(fan);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task EndAsync(IHost host)
    {
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private sealed class FanServer(DirectoryInfo folder, string store, IHost host) : Server
    {
        public override string Address => store;

        public override async ValueTask DisposeAsync()
        {
            await EndAsync(host);
            folder.Delete(recursive: true);
        }
    }

    private sealed class FanClient(IHost host) : Client
    {
        private readonly ICellar _cellar = host.Services.GetRequiredService<ICellar>();
        private readonly ICellarLog _log = host.Services.GetRequiredService<IFan>().Push<ICellarLog>(new());

        public override ValueTask<string> EchoAsync(string text) => _cellar.EchoAsync(text);

        public override async ValueTask<int> RecordAsync() => (await _cellar.RecordAsync(Wine.Sample)).Id;

        public override ValueTask PushAsync(string text) => _log.NoteAsync(text);

        public override Task EmptyAsync() => host.Services.GetServices<IQueueTransport>().Single(queues => queues.IsDurable)
            .Administration.PurgeAsync(new QueueName("bench.log"), QueuePart.Waiting, CancellationToken.None);

        public override async ValueTask DisposeAsync() => await EndAsync(host);
    }
}
