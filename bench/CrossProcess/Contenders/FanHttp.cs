using Fan;

namespace CrossProcess.Contenders;

/// <summary>The typed call through Fan to a service of another process, which it finds in the embedded store.</summary>
internal static class FanHttp
{
    public static Contender Contender(string name, Version version) => new(
        name,
        async () =>
        {
            var folder = Directory.CreateTempSubdirectory("fan-bench-");
            var store = $"sqlite:{Path.Combine(folder.FullName, "fan.db")}";
            return new FanServer(folder, store, await StartAsync("bench-server", store, version, fan => fan.AddService<ICellar, Cellar>()));
        },
        async address => new FanClient(await StartAsync("bench-client", address, version, fan => fan.DependsOn<ICellar>())));

    private static async Task<IHost> StartAsync(string name, string store, Version version, Action<FanBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        configure(builder.Services.AddFan(options => options.Name = name).AddSqliteStore().UseStore(store).AddHttp(http => http.CallVersion = version).AddJson(CellarJson.Default));
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

        public override Task<string> EchoAsync(string text) => _cellar.EchoAsync(text).AsTask();

        public override async Task<int> RecordAsync() => (await _cellar.RecordAsync(Wine.Sample)).Id;

        public override async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            await ((IAsyncDisposable)host).DisposeAsync();
        }
    }
}
