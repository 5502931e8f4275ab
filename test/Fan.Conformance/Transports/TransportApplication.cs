using System.Diagnostics.Metrics;
using Fan.Coordination;
using Fan.Discovery;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Fan.Conformance.Transports;

/// <summary>One application, as another process would run it, on a store that it shares with others of the test.</summary>
public sealed class TransportApplication : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly MeterListener _meters = new();
    private long _rejected;

    private TransportApplication(IHost host, MemoryCoordinationStore store)
    {
        (_host, Store) = (host, store);
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && instrument.Name == "fan.messages.rejected")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((_, value, _, _) => Interlocked.Add(ref _rejected, value));
        _meters.Start();
    }

    public IFan Fan => _host.Services.GetRequiredService<IFan>();

    /// <summary>Its own session with the store.</summary>
    public MemoryCoordinationStore Store { get; }

    public IServiceProvider Services => _host.Services;

    /// <summary>How many messages the application has refused.</summary>
    public long Rejected => Interlocked.Read(ref _rejected);

    public static async Task<TransportApplication> StartAsync(
        MemoryTree tree, string name, Action<FanBuilder> configure, Action<FanOptions>? options = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var store = new MemoryCoordinationStore(tree);
        var fan = builder.Services.AddFan(settings =>
        {
            settings.Name = name;
            options?.Invoke(settings);
        }).UseStore(_ => store);
        configure(fan);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new TransportApplication(host, store);
    }

    /// <summary>Waits until the application sees that many endpoints of a service.</summary>
    public Task SeesAsync(string service, int endpoints) => Eventually.TrueAsync(
        async () => (await _host.Services.GetRequiredService<IEndpointDirectory>().FindAsync(
            service, TestContext.Current.CancellationToken)).Count == endpoints,
        $"{service} has {endpoints} endpoints");

    /// <summary>Stops it, with patience for the calls in flight.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => _host.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await ((IAsyncDisposable)_host).DisposeAsync();
    }
}
