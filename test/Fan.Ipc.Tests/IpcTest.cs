using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Ipc.Tests;

/// <summary>Applications with the ipc route in a folder of the test's own, on one store.</summary>
public abstract class IpcTest : IAsyncLifetime
{
    private readonly List<TransportApplication> _started = [];

    protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("fan-ipc-");

    protected MemoryTree Tree { get; } = new();

    protected Cellar Cellar { get; } = new();

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        Cellar.Release.TrySetResult();
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected async Task<TransportApplication> StartAsync(string name, Action<FanBuilder> configure)
    {
        var application = await TransportApplication.StartAsync(Tree, name, configure);
        _started.Add(application);
        return application;
    }

    /// <summary>Hosts the cellar.</summary>
    protected Task<TransportApplication> ServeAsync(Action<FanIpcOptions>? options = null, Action<FanBuilder>? configure = null) =>
        StartAsync("cellars", fan =>
        {
            AddIpc(fan, options).AddService<ICellar>(_ => Cellar);
            configure?.Invoke(fan);
        });

    protected Task<TransportApplication> CallerAsync(Action<FanIpcOptions>? options = null) =>
        StartAsync("caller", fan => AddIpc(fan, options));

    protected FanBuilder AddIpc(FanBuilder fan, Action<FanIpcOptions>? options = null) => fan.AddIpc(ipc =>
    {
        ipc.Folder = Folder.FullName;
        options?.Invoke(ipc);
    });

    /// <summary>Speaks to a service by hand, after both hellos.</summary>
    internal static async Task<WireDecoder> GreetAsync(TransportApplication service, string transport = "ipc")
    {
        var peer = await DialAsync(service, transport);
        await peer.SendAsync(WireDecoder.Hello());
        await peer.ExpectAsync("HELLO");
        return peer;
    }

    internal static async Task<WireDecoder> DialAsync(TransportApplication service, string transport = "ipc")
    {
        var endpoint = await EndpointAsync(service, transport);
        return transport == "ipc"
            ? await WireDecoder.ConnectAsync(endpoint.Properties["path"])
            : await WireDecoder.ConnectAsync(endpoint.Host!, endpoint.Port);
    }

    protected static async Task<EndpointDescription> EndpointAsync(TransportApplication application, string transport = "ipc")
    {
        ArgumentNullException.ThrowIfNull(application);
        var found = await application.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            "cellar", TestContext.Current.CancellationToken);
        return found.Single(endpoint => endpoint.Description.Transport == transport).Description;
    }

    /// <summary>Registers an endpoint of the cellar as its data says.</summary>
    protected async Task RegisterAsync(EndpointDescription endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        await using var store = new MemoryCoordinationStore(Tree);
        await store.OpenAsync(CancellationToken.None);
        foreach (var path in (string[])["/endpoints", "/endpoints/cellar", "/endpoints/cellar/1.2.0"])
        {
            if (await store.GetAsync(path) is null)
            {
                await store.CommitAsync([new StoreOperation.Create(path, default, NodeKind.Persistent)]);
            }
        }

        await store.CommitAsync([new StoreOperation.Create(
            $"/endpoints/cellar/1.2.0/{endpoint.Transport}_", endpoint.ToJson(), NodeKind.PersistentSequential)]);
    }
}
