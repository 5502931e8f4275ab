using Fan.Coordination;
using Fan.Discovery;
using Fan.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Http.Tests;

/// <summary>One application with the HTTP route, on a store that it shares with others of the test.</summary>
internal sealed class HttpHost : IAsyncDisposable
{
    private readonly IHost _host;

    private HttpHost(IHost host, MemoryCoordinationStore store)
    {
        _host = host;
        Store = store;
    }

    public IFan Fan => _host.Services.GetRequiredService<IFan>();

    public IServiceProvider Services => _host.Services;

    public MemoryCoordinationStore Store { get; }

    public static async Task<HttpHost> StartAsync(MemoryTree tree, string name, Action<FanBuilder>? configure = null, Action<FanHttpOptions>? http = null)
    {
        var store = new MemoryCoordinationStore(tree);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var fan = builder.Services.AddFan(options => options.Name = name).UseStore(_ => store).AddHttp(http);
        configure?.Invoke(fan);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new HttpHost(host, store);
    }

    /// <summary>Where a service of any application on the store listens.</summary>
    public async Task<Uri> AddressOfAsync(string service)
    {
        var found = await Services.GetRequiredService<IEndpointDirectory>().FindAsync(service, TestContext.Current.CancellationToken);
        var description = found[0].Description;
        return new Uri($"http://{description.Host}:{description.Port}/");
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
