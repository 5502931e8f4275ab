using System.Text;
using System.Text.Json;
using Fan.Conformance.Transports;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Http.Tests;

/// <summary>Applications with the HTTP route on one store, and what is registered there by hand.</summary>
public abstract class HttpTest : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _started = [];

    protected MemoryTree Tree { get; } = new();

    public virtual ValueTask InitializeAsync() => default;

    public virtual async ValueTask DisposeAsync()
    {
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task<TransportApplication> StartAsync(
        string name, Action<FanBuilder>? configure = null, Action<FanHttpOptions>? http = null, Action<FanOptions>? options = null)
    {
        var application = await TransportApplication.StartAsync(
            Tree,
            name,
            fan =>
            {
                fan.AddHttp(options => options.QuietTime = TimeSpan.Zero).AddHttp(http);
                configure?.Invoke(fan);
            },
            options);
        _started.Add(application);
        return application;
    }

    internal RawServer StartRaw(Func<RawRequest, byte[]?> reply) => Keep(new RawServer(reply));

    /// <summary>Disposed when the test ends.</summary>
    internal T Keep<T>(T server)
        where T : IAsyncDisposable
    {
        _started.Add(server);
        return server;
    }

    internal RawServer StartRaw(byte[]? reply) => StartRaw(_ => reply);

    /// <summary>Registers an endpoint as its data says.</summary>
    protected async Task RegisterAsync(string service, string json, string version = "1.0.0")
    {
        await using var store = new MemoryCoordinationStore(Tree);
        await store.OpenAsync(CancellationToken.None);
        var path = "/endpoints";
        foreach (var part in (string[])["", .. service.Split('.'), version])
        {
            if (part.Length > 0) path += "/" + part;
            if (await store.GetAsync(path) is null)
            {
                await store.CommitAsync([new StoreOperation.Create(path, default, NodeKind.Persistent)]);
            }
        }

        await store.CommitAsync(
            [new StoreOperation.Create(path + "/config_", Encoding.UTF8.GetBytes(json), NodeKind.PersistentSequential)]);
    }

    /// <summary>Where a service of an application listens.</summary>
    protected static async Task<Uri> AddressAsync(TransportApplication application, string service)
    {
        ArgumentNullException.ThrowIfNull(application);
        var found = await application.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            service, TestContext.Current.CancellationToken);
        return new Uri($"http://{found[0].Description.Host}:{found[0].Description.Port}/");
    }

    protected static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
