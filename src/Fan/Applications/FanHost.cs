using Fan.Discovery;
using Fan.Observing;
using Fan.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Starts the application with its host: implementations, transports, store, registration; and stops it in the opposite order.</summary>
/// <remarks>Registers when everything else of the host runs, and takes the endpoints out before anything of it stops: a web server that carries our routes is another hosted service.</remarks>
internal sealed class FanHost(
    FanApplication application, ApplicationPlan plan, StoreConnection store, CallReporter reporter, IEnumerable<IServerTransport> transports, TimeProvider clock, ILogger<FanHost> logger) : IHostedLifecycleService, IDisposable
{
    private readonly List<IServerTransport> _started = [];
    private readonly List<EndpointRegistration> _registrations = [];

    /// <summary>What keeps endpoints out of the store at the moment; empty when all are registered.</summary>
    public IReadOnlyList<string> Obstacles => [.. _registrations.Where(r => r.Obstacle is not null).Select(r => $"{r.Service}: {r.Obstacle}")];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        store.Start();
        // Before anything of the application calls or is called: which way its calls go is not a matter of luck.
        await WithinStartTimeAsync(application.Tree.SettledAsync, cancellationToken).ConfigureAwait(false);
        reporter.Start();
        foreach (var dependency in application.Dependencies) dependency.Follow();
        foreach (var transport in transports)
        {
            await transport.StartAsync(application.Server, cancellationToken).ConfigureAwait(false);
            _started.Add(transport);
        }

        // Made now, so that what it can't do without fails the start and not the first call.
        foreach (var service in application.Server.Services) _ = service.Implementation.Shared;
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        foreach (var service in application.Server.Services)
        {
            var described = new List<EndpointDescription>();
            foreach (var transport in _started)
            {
                if (transport.Describe(service) is not { } description) continue;
                described.Add(description with
                {
                    IsFan = true,
                    Application = application.Name,
                    Instance = application.Instance,
                    Since = clock.GetUtcNow(),
                    Template = service.Name.ShardKeys.Count > 0 ? service.Name.Template : null,
                });
            }

            if (described.Count > 0) _registrations.Add(new EndpointRegistration(store, service.Name.Canonical, service.Version, described, service.IsPersistent, clock, logger));
        }

        foreach (var (service, version, description) in plan.Announced)
            _registrations.Add(new EndpointRegistration(store, service, version, [description], persistent: false, clock, logger));
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

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    public Task StoppingAsync(CancellationToken cancellationToken) =>
        WithinDrainTimeAsync(token => Task.WhenAll(_registrations.Select(r => r.StopAsync(token))), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) =>
        WithinDrainTimeAsync(token => Task.WhenAll(_started.Select(transport => transport.StopAsync(token))), cancellationToken);

    private async Task WithinStartTimeAsync(Func<CancellationToken, Task> settle, CancellationToken cancellationToken)
    {
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        starting.CancelAfter(application.Options.StartTimeout);
        try
        {
            await settle(starting.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Registering will say what is missing.
        }
    }

    private async Task WithinDrainTimeAsync(Func<CancellationToken, Task> stop, CancellationToken cancellationToken)
    {
        using var draining = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        draining.CancelAfter(application.Options.DrainTimeout);
        await stop(draining.Token).ConfigureAwait(false);
    }
}
