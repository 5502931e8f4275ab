using Fan.Coordination;

namespace Fan.Conformance.Transports;

/// <summary>
/// What every transport must do: a service in one application, its caller in another. A transport's tests derive from each suite, once for
/// each way of running it.
/// </summary>
public abstract class TransportConformance : IAsyncLifetime
{
    private readonly List<TransportApplication> _started = [];

    protected ITransportHarness Harness { get; private set; } = null!;

    protected MemoryTree Tree { get; } = new();

    protected Cellar Cellar { get; } = new();

    /// <summary>Hosts the cellar and the till.</summary>
    protected TransportApplication Service { get; private set; } = null!;

    protected TransportApplication Caller { get; private set; } = null!;

    protected ICellar Remote => Caller.Fan.Get<ICellar>();

    public async ValueTask InitializeAsync()
    {
        Harness = await CreateHarnessAsync();
        Service = await StartAsync("cellars", fan => Configure(fan.AddService<ICellar>(_ => Cellar).AddService<ITill, Till>()), Configure);
        Caller = await StartAsync("caller", options: Configure);
    }

    public async ValueTask DisposeAsync()
    {
        Cellar.Release.TrySetResult();
        for (var i = _started.Count - 1; i >= 0; i--) await _started[i].DisposeAsync();
        await Harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<ITransportHarness> CreateHarnessAsync();

    /// <summary>The settings of the two applications.</summary>
    protected virtual void Configure(FanOptions options)
    {
    }

    /// <summary>What the service has beside that.</summary>
    protected virtual void Configure(FanBuilder service)
    {
    }

    /// <summary>Starts another application with the transport, on the same store.</summary>
    protected async Task<TransportApplication> StartAsync(
        string name, Action<FanBuilder>? configure = null, Action<FanOptions>? options = null)
    {
        var application = await TransportApplication.StartAsync(
            Tree,
            name,
            fan =>
            {
                Harness.AddTo(fan);
                configure?.Invoke(fan);
            },
            options);
        _started.Add(application);
        return application;
    }

    /// <summary>A wait that only ends early when a promise is broken.</summary>
    protected static Task SoonAsync(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.WaitAsync(Eventually.Deadline);
    }
}
