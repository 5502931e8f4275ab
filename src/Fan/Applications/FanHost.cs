using Fan.Discovery;
using Fan.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Starts the application with its host: implementations, transports, store, registration; and stops it in the opposite order.</summary>
internal sealed class FanHost(
    FanApplication application, StoreConnection store, IEnumerable<IServerTransport> transports, TimeProvider clock, ILogger<FanHost> logger) : IHostedService, IDisposable
{
    private readonly List<IServerTransport> _started = [];
    private readonly List<EndpointRegistration> _registrations = [];
    private readonly string _instance = Guid.NewGuid().ToString("N");

    /// <summary>What keeps endpoints out of the store at the moment; empty when all are registered.</summary>
    public IReadOnlyList<string> Obstacles => [.. _registrations.Where(r => r.Obstacle is not null).Select(r => $"{r.Service}: {r.Obstacle}")];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.Start();
        foreach (var dependency in application.Dependencies) dependency.Follow();
        foreach (var transport in transports)
        {
            await transport.StartAsync(application.Server, cancellationToken).ConfigureAwait(false);
            _started.Add(transport);
        }

        foreach (var service in application.Server.Services)
        {
            // Made now, so that what it can't do without fails the start and not the first call.
            _ = service.Implementation.Shared;
            foreach (var transport in _started)
            {
                if (transport.Describe(service) is not { } description) continue;
                var named = description with { IsFan = true, Application = application.Name, Instance = _instance };
                _registrations.Add(new EndpointRegistration(store, service.Name.Canonical, service.Version, named, service.IsPersistent, clock, logger));
            }
        }

        foreach (var registration in _registrations) registration.Start();
        try
        {
            await Task.WhenAll(_registrations.Select(r => r.Settled)).WaitAsync(application.Options.StartTimeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ApplicationLog.StartedUnregistered(logger, string.Join("; ", Obstacles));
        }
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        using var draining = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        draining.CancelAfter(application.Options.DrainTimeout);
        await Task.WhenAll(_registrations.Select(r => r.StopAsync(draining.Token))).ConfigureAwait(false);
        await Task.WhenAll(_started.Select(transport => transport.StopAsync(draining.Token))).ConfigureAwait(false);
    }
}
