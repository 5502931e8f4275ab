using System.Globalization;
using Fan.Commits;
using Fan.Discovery;
using Fan.Observing;
using Fan.Queues;
using Fan.Security;
using Fan.Sharding;
using Fan.Switching;
using Fan.Transports;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Starts the application with its host: implementations, transports, store, registration; and stops it in the opposite order.</summary>
/// <remarks>Registers when everything else of the host runs, and takes the endpoints out before anything of it stops: a web server that carries our routes is another hosted service.</remarks>
internal sealed class FanHost(
    FanApplication application, ApplicationPlan plan, StoreConnection store, CallReporter reporter, IEnumerable<IServerTransport> transports, Subscriptions subscriptions, TimeProvider clock, ILogger<FanHost> logger,
    IHostApplicationLifetime? lifetime = null) : IHostedLifecycleService, IDisposable
{
    private readonly List<IServerTransport> _started = [];
    private readonly List<EndpointRegistration> _registrations = [];
    private readonly Retirement _retirement = new(
        application.Server.Services.Where(service => service.Shards is null).Select(service => new HostedVersion(service.Name.Canonical, service.Version)),
        application.Tree.History, () => application.Tree.IsLoaded, application.Options.StopAfterRetired, () => lifetime?.StopApplication(), clock, logger);

    /// <summary>What keeps endpoints out of the store at the moment; empty when all are registered.</summary>
    public IReadOnlyList<string> Obstacles => [.. _registrations.Where(r => r.Obstacle is not null).Select(r => $"{r.Service}: {r.Obstacle}")];

    /// <summary>What keeps callers from reaching it over a route at the moment.</summary>
    public IEnumerable<string> Troubles => _started.Where(transport => transport.Trouble is not null).Select(transport => $"not reached over {transport.Name}: {transport.Trouble}");

    /// <summary>Whether a switch has left it without calls.</summary>
    public bool IsRetired => _retirement.IsRetired;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        application.RequireJson();
        store.Start();
        // Before anything of the application calls or is called: which way its calls go is not a matter of luck.
        await WithinStartTimeAsync(application.Tree.SettledAsync, cancellationToken).ConfigureAwait(false);
        reporter.Start();
        _retirement.Start();
        foreach (var dependency in application.Dependencies) dependency.Follow();
        application.Needs.Start();
        await subscriptions.PrepareAsync(cancellationToken).ConfigureAwait(false);
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
        // A proxy that does not know what it stands before could only refuse.
        foreach (var service in application.Server.Services)
        {
            if (service.Proxy is { } proxy) await WithinStartTimeAsync(proxy.LoadedAsync, cancellationToken).ConfigureAwait(false);
        }

        foreach (var service in application.Server.Services)
        {
            var described = new List<EndpointDescription>();
            var types = PublishedContract.TypesOf(service.Contract, out var bytes);
            if (types.Count < service.Contract.Types.Count) ApplicationLog.TypesLeftOut(logger, service.Name.Canonical, bytes, PublishedContract.MaxTypesBytes);
            foreach (var transport in _started)
            {
                if (transport.Describe(service) is not { } description) continue;
                if (!IsOfUse(service, transport))
                {
                    SecurityLog.NotOffered(logger, service.Name.Canonical, transport.Name);
                    continue;
                }

                described.Add(description with
                {
                    Properties = PropertiesOf(service, description),
                    IsFan = true,
                    Application = application.Name,
                    Instance = application.Instance,
                    Since = clock.GetUtcNow(),
                    Types = types,
                    Template = service.Name.ShardKeys.Count > 0 ? service.Name.Template : null,
                });
            }

            if (described.Count > 0) _registrations.Add(new EndpointRegistration(store, service.Name.Canonical, service.Version, described, service.IsPersistent, clock, logger));
        }

        foreach (var (service, version, description) in plan.Announced)
            _registrations.Add(new EndpointRegistration(store, service, version, [description], persistent: false, clock, logger));
        var consuming = subscriptions.StartAsync();
        foreach (var registration in _registrations) registration.Start();
        foreach (var service in application.Server.Services) service.Shards?.Start();
        try
        {
            await Task.WhenAll([consuming, .. _registrations.Select(r => r.Settled)]).WaitAsync(application.Options.StartTimeout, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            ApplicationLog.StartedUnregistered(logger, string.Join("; ", Obstacles.Concat(subscriptions.Troubles)));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _retirement.Dispose();
        _registrations.ForEach(registration => registration.Dispose());
    }

    public Task StoppingAsync(CancellationToken cancellationToken) =>
        WithinDrainTimeAsync(token => Task.WhenAll(subscriptions.StopDurableAsync(token), LeaveAsync(token)), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) =>
        WithinDrainTimeAsync(
            async token =>
            {
                await Task.WhenAll(_started.Select(transport => transport.StopAsync(token))).ConfigureAwait(false);
                // After them, as they put what they take into the memory queues.
                await subscriptions.DrainAsync(token).ConfigureAwait(false);
            },
            cancellationToken);

    // Out of the directory first, so that everybody knows who is to own the shards that are given up then.
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_registrations.Select(registration => registration.StopAsync(cancellationToken))).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(application.Server.Services.Select(service => service.Shards?.LeaveAsync(cancellationToken) ?? Task.CompletedTask)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is still in flight breaks off, and the locks go with the session.
        }
    }

    // Where nobody can show who he is, every call would be refused, while another route might have led here.
    private bool IsOfUse(ServedService service, IServerTransport transport) =>
        application.Access.ChecksTokens || transport.ProvesCallers || service.IsOpen;

    private Dictionary<string, string> PropertiesOf(ServedService service, EndpointDescription description)
    {
        var properties = new Dictionary<string, string>(description.Properties, StringComparer.Ordinal);
        if (service.Proxy is { } proxy) properties[Endpoint.ProxyProperty] = proxy.Service;
        if (service.Shards is not { } shards) return properties;
        properties[ShardAssignment.ShardsProperty] = shards.Plan.Text;
        properties[ShardAssignment.WorkerProperty] = application.Worker;
        properties[ShardAssignment.CapacityProperty] = application.Options.Capacity.ToString(CultureInfo.InvariantCulture);
        return properties;
    }

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
