using Fan.Cli.Output;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Observing;
using Fan.Queues;
using Fan.Switching;
using Fan.Transports;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Cli.Sessions;

/// <summary>The tool as an application that only calls: a container without a host, as nothing is served. For one run.</summary>
internal sealed class ToolSession : IAsyncDisposable
{
    private const string ApplicationName = "fan";
    private const string TokenSetting = "Fan:Token";

    private readonly ServiceProvider _services;

    private ToolSession(StoreChoice choice, ServiceProvider services)
    {
        Choice = choice;
        _services = services;
        Store = services.GetRequiredService<StoreProviders>().CreateExisting(choice.Url);
    }

    public StoreChoice Choice { get; }

    public ICoordinationStore Store { get; }

    public IFan Fan => _services.GetRequiredService<IFan>();

    public IServiceProvider Services => _services;

    public IEndpointDirectory Directory => _services.GetRequiredService<IEndpointDirectory>();

    public QueueDirectory Queues => _services.GetRequiredService<QueueDirectory>();

    /// <summary>The queue transports that the tool can open.</summary>
    public IReadOnlyList<IQueueTransport> QueueTransports => [.. _services.GetServices<IQueueTransport>()];

    /// <summary>The transports on which the tool's calls can leave.</summary>
    public IEnumerable<string> Transports => _services.GetServices<IClientTransport>().Select(transport => transport.Name);

    public ISystemChanges Changes => _services.GetRequiredService<ISystemChanges>();

    public ICallObserver Observer => _services.GetRequiredService<ICallObserver>();

    /// <summary>A session that is not open yet.</summary>
    /// <param name="choice">Which store.</param>
    /// <param name="settings">The settings of the store, e.g. credentials.</param>
    /// <param name="log">Where the library's log goes; null for nowhere.</param>
    /// <param name="queues">Adds the queue transports.</param>
    /// <exception cref="FormatException">The store's URL is none.</exception>
    public static ToolSession Create(StoreChoice choice, IConfiguration settings, Terminal? log, Func<FanBuilder, FanBuilder> queues)
    {
        ToolSession? session = null;
        var services = new ServiceCollection();
        services.AddSingleton(settings);
        services.AddSingleton<ILoggerFactory>(log is null ? NullLoggerFactory.Instance : new ErrorLog(log));
        services.AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        var fan = services.AddFan(options => options.Name = ApplicationName);
        // In the queue of a broker others could read it.
        if (settings[TokenSetting] is { Length: > 0 } token) fan.UseCallerToken((request, _) => new(request.IsQueued ? null : token));
        queues(fan)
            .AddStores()
            .AddIpc()
            .AddTcp()
            .AddHttp()
            .UseStore(_ => new OpenedStore(session!.Store));
        var provider = services.BuildServiceProvider();
        try
        {
            return session = new ToolSession(choice, provider);
        }
        catch
        {
            provider.Dispose();
            throw;
        }
    }

    /// <exception cref="StoreException">The store can't be used; the message says why.</exception>
    public Task OpenAsync(CancellationToken cancellationToken) => Store.OpenAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync().ConfigureAwait(false);
        await Store.DisposeAsync().ConfigureAwait(false);
    }
}
