using Fan.Discovery;
using Fan.Ipc.Connections;
using Fan.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Ipc.Serving;

/// <summary>Takes calls over connections of Fan's own protocol; what derives from it knows where to listen. Safe from any thread.</summary>
internal abstract class WireServerTransport(WireSettings settings, ILogger logger) : IServerTransport, IDisposable
{
    private WireListener? _listener;

    public abstract string Name { get; }

    public virtual bool ProvesCallers => false;

    public virtual string? Trouble => null;

    protected WireSettings Settings => settings;

    protected ILogger Logger => logger;

    protected bool IsListening => _listener is not null;

    public Task StartAsync(CallServer server, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (!settings.Options.Serve || server.Services.Count == 0) return Task.CompletedTask;
        _listener = new WireListener(Listen(), Name, settings, server, logger);
        _listener.Start();
        return Task.CompletedTask;
    }

    public abstract EndpointDescription? Describe(ServedService service);

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_listener is not { } listener) return;
        RemoveAddress();
        await listener.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose()
    {
        RemoveAddress();
        _listener?.Dispose();
    }

    /// <summary>Takes away what would lead callers here. May be called several times.</summary>
    protected virtual void RemoveAddress()
    {
    }

    /// <exception cref="InvalidOperationException">It can't listen there; the message says where and why.</exception>
    protected abstract IAcceptor Listen();
}
