using Fan.Coordination;
using Fan.Discovery;
using Fan.Serving;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Fan.Tests.Applications;

/// <summary>One application on a shared tree and network.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly IHost _host;

    private TestHost(IHost host, MemoryCoordinationStore store)
    {
        _host = host;
        Store = store;
    }

    public IFan Fan => _host.Services.GetRequiredService<IFan>();

    public IServiceProvider Services => _host.Services;

    public MemoryCoordinationStore Store { get; }

    public LoopServer Server => (LoopServer)_host.Services.GetServices<IServerTransport>().Single();

    public IEndpointDirectory Directory => _host.Services.GetRequiredService<IEndpointDirectory>();

    public static async Task<TestHost> StartAsync(
        MemoryTree tree,
        LoopNetwork network,
        string name,
        Action<FanBuilder> configure,
        ILoggerProvider? logs = null,
        Func<MemoryCoordinationStore, ICoordinationStore>? wrap = null)
    {
        var store = new MemoryCoordinationStore(tree);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        if (logs is not null) builder.Logging.AddProvider(logs);
        builder.Services.AddSingleton<IClientTransport>(new LoopClient(network));
        builder.Services.AddSingleton<IServerTransport>(new LoopServer(network));
        configure(builder.Services.AddFan(options => options.Name = name).UseStore(_ => wrap?.Invoke(store) ?? store));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TestHost(host, store);
    }

    public Task StopAsync() => _host.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}

internal static class Eventually
{
    /// <summary>Waits for a condition; the deadline is only there so that a broken promise does not hang the run.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            if (deadline.IsCancellationRequested) Assert.Fail("Did not become true in time: " + what);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);
}
