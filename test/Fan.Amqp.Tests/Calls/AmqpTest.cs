using Fan.Amqp.Tests.Servers;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Amqp.Tests.Calls;

/// <summary>Applications with the amqp route, on one store.</summary>
public abstract class AmqpTest : IAsyncLifetime
{
    private readonly List<TransportApplication> _started = [];

    protected MemoryTree Tree { get; } = new();

    protected Cellar Cellar { get; } = new();

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        Cellar.Release.TrySetResult();
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<TransportApplication> StartAsync(
        string name, string uri, Action<FanBuilder>? configure = null, Action<FanAmqpOptions>? options = null)
    {
        var application = await TransportApplication.StartAsync(Tree, name, fan =>
        {
            fan.AddAmqp(amqp =>
            {
                amqp.Uri = uri;
                amqp.ProbeInterval = TimeSpan.FromMilliseconds(200);
                options?.Invoke(amqp);
            });
            configure?.Invoke(fan);
        });
        _started.Add(application);
        return application;
    }

    /// <summary>Hosts the cellar.</summary>
    protected Task<TransportApplication> ServeAsync(string uri, Action<FanAmqpOptions>? options = null) =>
        StartAsync("cellars", uri, fan => fan.AddService<ICellar>(_ => Cellar), options);

    protected static async Task<EndpointDescription> EndpointAsync(TransportApplication application)
    {
        ArgumentNullException.ThrowIfNull(application);
        var found = await application.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "cellar", TestContext.Current.CancellationToken);
        return found.Single().Description;
    }

    /// <summary>Registers an endpoint of the cellar as its data says.</summary>
    protected async Task RegisterAsync(byte[] endpoint)
    {
        await using var store = new MemoryCoordinationStore(Tree);
        await store.OpenAsync(CancellationToken.None);
        foreach (var path in (string[])["/endpoints", "/endpoints/cellar", "/endpoints/cellar/1.2.0"])
        {
            if (await store.GetAsync(path) is null)
            {
                await store.CommitAsync([new StoreOperation.Create(path, default, NodeKind.Persistent)]);
            }
        }

        await store.CommitAsync([new StoreOperation.Create("/endpoints/cellar/1.2.0/amqp_", endpoint, NodeKind.PersistentSequential)]);
    }
}
