using Fan;

namespace CrossProcess.Contenders;

/// <summary>The typed call through Fan to a service of another process, which it finds in the embedded store.</summary>
internal static class FanRoute
{
    public static Contender Http(string name, Version version) => Over(name, fan => fan.AddHttp(http => http.CallVersion = version));

    /// <param name="name">The name of its rows.</param>
    /// <param name="route">Adds the one route that both sides have.</param>
    public static Contender Over(string name, Action<FanBuilder> route) => new(
        name,
        async () =>
        {
            var folder = Directory.CreateTempSubdirectory("fan-bench-");
            var store = $"sqlite:{Path.Combine(folder.FullName, "fan.db")}";
            return new FanServer(folder, store, await StartAsync("bench-server", store, route, fan => fan.AddService<ICellar, Cellar>()));
        },
        async address => new FanClient(await StartAsync("bench-client", address, route, fan => fan.DependsOn<ICellar>())));

    private static async Task<IHost> StartAsync(string name, string store, Action<FanBuilder> route, Action<FanBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = name).AddSqliteStore().UseStore(store).AddJson(CellarJson.Default);
        route(fan);
        configure(fan);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private sealed class FanServer(DirectoryInfo folder, string store, IHost host) : Server
    {
        public override string Address => store;

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private sealed class FanClient(IHost host) : Client
    {
        private readonly ICellar _cellar = host.Services.GetRequiredService<ICellar>();

        public override ValueTask<string> EchoAsync(string text) => _cellar.EchoAsync(text);

        public override async ValueTask<int> RecordAsync() => (await _cellar.RecordAsync(Wine.Sample)).Id;

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
