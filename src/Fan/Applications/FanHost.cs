using System.Globalization;
using Fan.Commits;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Lifetime;
using Fan.Observing;
using Fan.Proxies;
using Fan.Security;
using Fan.Serving;
using Fan.Sharding;
using Fan.Switching;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>
/// Starts the application with its host: implementations, transports, store, registration; and stops it in the opposite order.
/// </summary>
/// <remarks>
/// Registers when everything else of the host runs, and takes the endpoints out before anything of it stops: a web server that carries our
/// routes is another hosted service.
/// </remarks>
internal sealed class FanHost(
    FanApplication application,
    ApplicationPlan plan,
    StoreConnection store,
    CallReporter reporter,
    IEnumerable<IServerTransport> transports,
    Subscriptions subscriptions,
    StopBudget budget,
    TimeProvider clock,
    ILogger<FanHost> logger,
    IServiceProvider services,
    IHostApplicationLifetime? lifetime = null) : IHostedLifecycleService, IDisposable
{
    private readonly List<IServerTransport> _started = [];
    // Replaced as a whole: health looks at it while the application starts.
    private volatile IReadOnlyList<EndpointRegistration> _registrations = [];
    private volatile Phase _phase;
    private readonly Retirement _retirement = new(
        application.Server.Services.Where(service => service.Shards is null)
            .Select(service => new HostedVersion(service.Name.Canonical, service.Version)),
        application.Tree.History,
        () => application.Tree.IsLoaded,
        application.Options.StopAfterRetired,
        () => lifetime?.StopApplication(),
        clock,
        logger);

    /// <summary>What keeps endpoints out of the store at the moment; empty when all are registered.</summary>
    public IReadOnlyList<string> Obstacles =>
        [.. _registrations.Where(r => r.Obstacle is not null).Select(r => $"{r.Service}: {r.Obstacle}")];

    /// <summary>Why it takes no calls by its own will, for people: it has not started, or it stops. Null while it runs.</summary>
    public string? Pause => _phase switch
    {
        Phase.Starting => "it has not started yet",
        Phase.Running => null,
        _ => "it is stopping: calls in hand are finished, new ones go elsewhere",
    };

    /// <summary>What keeps callers from reaching it over a route at the moment.</summary>
    public IEnumerable<string> Troubles =>
        _started.Where(transport => transport.Trouble is not null)
            .Select(transport => $"not reached over {transport.Name}: {transport.Trouble}");

    /// <summary>Whether a switch has left it without calls.</summary>
    public bool IsRetired => _retirement.IsRetired;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await StartPartsAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (StartFailure.IsOfSettings(error))
        {
            throw StartFailure.Tell(error, logger);
        }

        try
        {
            // Made now, so that what it can't do without fails the start and not the first call.
            subscriptions.MakeSubscribers();
            foreach (var service in application.Server.Services) _ = service.Implementation.Shared;
        }
        catch (Exception error) when (StartFailure.IsOfContainer(error))
        {
            throw StartFailure.Tell(error, logger);
        }
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        application.RequireJson();
        if (application.Options.DrainDelay >= application.Options.DrainTimeout)
        {
            ApplicationLog.NoTimeBesideDelay(logger, application.Options.DrainDelay, application.Options.DrainTimeout);
        }

        store.Start();
        // Before anything of the application calls or is called: which way its calls go is not a matter of luck.
        await WithinStartTimeAsync(application.Tree.SettledAsync, cancellationToken).ConfigureAwait(false);
        await WithinStartTimeAsync(RequireNoRingAsync, cancellationToken).ConfigureAwait(false);
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
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        // A proxy that does not know what it stands before could only refuse.
        foreach (var service in application.Server.Services)
        {
            if (service.Proxy is { } proxy) await WithinStartTimeAsync(proxy.LoadedAsync, cancellationToken).ConfigureAwait(false);
        }

        var registrations = new List<EndpointRegistration>();
        if (StoreSelection.IsAlone(plan, services)) ApplicationLog.IsAlone(logger);
        else ApplicationLog.UsesStore(logger, store.DisplayName);
        TellWhereNameIsNotKept();
        var served = new List<(ServedService Service, EndpointDescription At)>();
        foreach (var service in application.Server.Services)
        {
            var described = new List<EndpointDescription>();
            var types = PublishedContract.TypesOf(service.Contract, out var bytes);
            if (types.Count < service.Contract.Types.Count)
            {
                ApplicationLog.TypesLeftOut(logger, service.Name.Canonical, bytes, PublishedContract.MaxTypesBytes);
            }

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

            served.AddRange(described.Select(description => (service, description)));
            if (described.Count > 0)
            {
                registrations.Add(new EndpointRegistration(
                    store, service.Name.Canonical, service.Version, described, service.IsPersistent, clock, logger));
            }
        }

        foreach (var place in served.GroupBy(one => (one.At.Transport, Address: AddressOf(one.At))))
        {
            ApplicationLog.Serves(
                logger,
                place.Key.Transport,
                place.Key.Address,
                string.Join(", ", place.Select(one => $"{one.Service.Name.Template} {one.Service.Version}")));
        }

        foreach (var (service, version, description) in plan.Announced)
        {
            registrations.Add(
                new EndpointRegistration(store, service, version, [NetworkIdentity.Label(description)], persistent: false, clock, logger));
        }

        _registrations = registrations;
        _phase = Phase.Running;
        var consuming = subscriptions.StartAsync();
        foreach (var registration in _registrations) registration.Start();
        foreach (var service in application.Server.Services) service.Shards?.Start();
        try
        {
            await Task.WhenAll([consuming, .. _registrations.Select(r => r.Settled)]).WaitAsync(
                application.Options.StartTimeout, clock, cancellationToken).ConfigureAwait(false);
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
        foreach (var registration in _registrations) registration.Dispose();
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var isFirst = _phase != Phase.Stopping;
        _phase = Phase.Stopping;
        await Task.WhenAll(
            budget.SpendAsync("ending what is in hand of queues", subscriptions.StopDurableAsync, cancellationToken),
            budget.SpendAsync("leaving the store", LeaveAsync, cancellationToken)).ConfigureAwait(false);
        if (!isFirst || application.Options.DrainDelay == TimeSpan.Zero) return;
        // Callers that ask for health, and do not follow the store, hear of it only now.
        var delay = application.Options.DrainDelay < budget.Left ? application.Options.DrainDelay : budget.Left;
        ApplicationLog.StillServing(logger, delay.TotalSeconds);
        await budget.SpendAsync(
            "the drain delay",
            async token => await Task.Delay(delay, clock, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing),
            cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_started.Select(transport => budget.SpendAsync(
            $"ending the calls over {transport.Name}", transport.StopAsync, cancellationToken))).ConfigureAwait(false);
        // After them, as they put what they take into the memory queues.
        await budget.SpendAsync("handling what is in memory queues", subscriptions.DrainAsync, cancellationToken).ConfigureAwait(false);
    }

    // Out of the directory first, so that everybody knows who is to own the shards that are given up then.
    private async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_registrations.Select(registration => registration.StopAsync(cancellationToken))).ConfigureAwait(false);
        try
        {
            await Task.WhenAll(application.Server.Services.Select(
                service => service.Shards?.LeaveAsync(cancellationToken) ?? Task.CompletedTask)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What is still in flight breaks off, and the locks go with the session.
        }
    }

    // When callers can't authenticate over this transport every call would be refused, while another transport might work.
    private bool IsOfUse(ServedService service, IServerTransport transport) =>
        application.Access.ChecksTokens || transport.ProvesCallers || service.IsOpen;

    // What is unique is with any of its workers, whatever their names.
    private void TellWhereNameIsNotKept()
    {
        var sharded = application.Server.Services.Where(service => service.Shards is { Plan.Count: > 1 })
            .Select(service => service.Name.Canonical)
            .Distinct(StringComparer.Ordinal).ToList();
        if (sharded.Count > 0 && application.Options.Worker is null)
        {
            Sharding.ShardLog.NameNotKept(logger, string.Join(", ", sharded), application.Worker);
        }
    }

    // A socket has a path; what goes through a broker or database stands there.
    private static string AddressOf(EndpointDescription endpoint) =>
        endpoint.Host is { } host
            ? endpoint.Port > 0 ? $"{host}:{endpoint.Port}" : host
            : endpoint.Properties.GetValueOrDefault("path") ?? "its own place";

    private Dictionary<string, string> PropertiesOf(ServedService service, EndpointDescription description)
    {
        var properties = new Dictionary<string, string>(description.Properties, StringComparer.Ordinal);
        if (service.Proxy is { } proxy) properties[Endpoint.ProxyProperty] = proxy.Service;
        if (service.Shards is not { } shards) return properties;
        properties[ShardOffer.ShardsProperty] = shards.Plan.Text;
        properties[ShardOffer.WorkerProperty] = application.Worker;
        properties[ShardOffer.RulesProperty] = ShardOffer.CurrentRules.ToString(CultureInfo.InvariantCulture);
        properties[ShardOffer.CapacityProperty] = application.Options.Capacity.ToString(CultureInfo.InvariantCulture);
        return properties;
    }

    // What it stands before is known now, and that of others once the store tells; what proxies do with a call by themselves is known to
    // nobody.
    private async Task RequireNoRingAsync(CancellationToken cancellationToken)
    {
        foreach (var proxy in plan.Proxies)
        {
            if (await ProxyRing.FindAsync(proxy.Name, BeforeAsync).ConfigureAwait(false) is { } ring)
            {
                throw new InvalidOperationException(
                    $"Proxy '{proxy.Name}' can't stand before '{proxy.Service}': calls would go round for ever, " +
                    $"as these proxies stand before each other: {ring}.");
            }
        }

        async ValueTask<string?> BeforeAsync(string service)
        {
            if (plan.Proxies.Find(own => own.Name == service) is { } planned) return planned.Service;
            var follower = application.Directory.Follow(service);
            try
            {
                await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (ServiceUnavailableException)
            {
                // Registering will say what is missing.
            }

            return follower.Current.All.Select(endpoint => endpoint.Before).FirstOrDefault(before => before is not null);
        }
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

    private enum Phase
    {
        Starting,
        Running,
        Stopping,
    }
}
