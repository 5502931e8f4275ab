using Fan.Applications;
using Fan.Generated;
using Fan.Lifetime;
using Fan.Queues;
using Fan.Serving;
using Fan.Subscribing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>
/// All queues that the application consumes: those of the services that it hosts, those that it was built with, and those that it
/// subscribes to while it runs. Safe from any thread.
/// </summary>
internal sealed class Subscriptions : IAsyncDisposable
{
    private static readonly TimeSpan DepthInterval = TimeSpan.FromSeconds(10);

    private readonly ApplicationPlan _plan;
    private readonly FanApplication _application;
    private readonly IServiceProvider _services;
    private readonly SubscriptionSettings _settings;
    private readonly SubscriptionSource _source;
    private readonly QueueTelemetry _telemetry;
    private readonly StopBudget _budget;
    private readonly Lock _gate = new();
    private readonly List<Subscription> _all = [];
    // Of the start alone.
    private readonly List<ServiceImplementation> _subscribers = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _measuring = Task.CompletedTask;
    private volatile IReadOnlyList<QueueStatus> _depths = [];
    private int _disposed;

    public Subscriptions(
        ApplicationPlan plan,
        FanApplication application,
        IServiceProvider services,
        SubscriptionSettings settings,
        QueueDirectory directory,
        QueueTelemetry telemetry,
        StopBudget budget, TimeProvider clock, ILogger<Subscriptions> logger)
    {
        (_plan, _application, _services, _settings, _telemetry, _budget) = (plan, application, services, settings, telemetry, budget);
        var consumer = $"{application.Name}-{Guid.NewGuid().ToString("N")[..8]}";
        _source = new SubscriptionSource(
            application.Queues,
            directory,
            application.Server,
            telemetry,
            consumer,
            application.Options.DrainTimeout,
            clock,
            logger,
            Forget);
    }

    /// <summary>What is wrong with the consuming at the moment; empty when all is well.</summary>
    public IReadOnlyList<string> Troubles =>
        [.. Current.Where(subscription => subscription.Trouble is not null)
            .Select(subscription => $"queue {subscription.Queue}: {subscription.Trouble}")];

    private List<Subscription> Current
    {
        get
        {
            lock (_gate) return [.. _all];
        }
    }

    /// <summary>Makes the subscriptions that the application was built with; pushes to memory are accepted from now on.</summary>
    /// <exception cref="OptionsValidationException">Settings are not valid; all errors are in it.</exception>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var errors = new List<string>();
        var made = new List<Subscription>();
        foreach (var service in _application.Server.Services)
        {
            var target = new ContractTarget(service);
            if (target.Methods.Count == 0) continue;
            made.Add(Make(
                new QueueName(service.Name.Canonical), target, _plan.QueueOptions.GetValueOrDefault(service.Contract.ServiceType), errors));
            if (_application.Queues.ProblemOfHost(service.Name.Canonical, target.Methods) is { } problem) errors.Add(problem);
        }

        made.AddRange(_plan.Subscriptions.Select(
            planned => Make(planned.QueueOf(_application), planned.TargetOf(_application, _services), planned.Configure, errors)));
        foreach (var service in _application.Server.Services) made.AddRange(Declared(service.Contract, service.Implementation, errors));
        foreach (var subscriber in _plan.Subscribers)
        {
            var contract = _application.Contracts.For(subscriber.ServiceType);
            if (contract.Subscriptions.Count == 0)
            {
                errors.Add($"{subscriber.ServiceType} has no method with [Subscribe], so AddSubscriptions can't subscribe it to anything.");
            }

            made.AddRange(Declared(contract, new ServiceImplementation(subscriber.Factory, subscriber.Lifetime, _services), errors));
        }

        foreach (var twice in made.GroupBy(subscription => subscription.Queue).Where(group => group.Count() > 1))
        {
            errors.Add(
                $"Queue '{twice.Key}' is subscribed to {twice.Count()} times in this application: " +
                "its consumers would take each other's messages. Give each subscriber a group of its own.");
        }

        if (errors.Count > 0) throw new OptionsValidationException(nameof(SubscriptionOptions), typeof(SubscriptionOptions), errors);
        foreach (var subscription in made) await subscription.DeclareInMemoryAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate) _all.AddRange(made);
    }

    /// <summary>Makes the objects that handle pushes, so that what they can't do without fails the start and not the first push.</summary>
    public void MakeSubscribers()
    {
        foreach (var subscriber in _subscribers) _ = subscriber.Shared;
    }

    /// <summary>Begins to consume; returns when all do, or have met their first obstacle.</summary>
    public Task StartAsync()
    {
        var all = Current;
        _telemetry.Queues = () => _depths;
        foreach (var subscription in all) subscription.Start();
        var settled = Task.WhenAll(all.Select(subscription => subscription.Settled));
        _measuring = MeasureAsync(settled);
        return settled;
    }

    /// <summary>Subscribes while the application runs.</summary>
    public async Task<ISubscription> SubscribeAsync(
        QueueName queue, IPushTarget target, SubscriptionOptions? options, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) == 1 || _stopping.IsCancellationRequested, typeof(IFan));
        var errors = new List<string>();
        var wanted = _settings.Resolve(queue, options ?? new SubscriptionOptions(), errors);
        if (errors.Count > 0) throw new ArgumentException(string.Join(" ", errors), nameof(options));
        var subscription = new Subscription(queue, target, wanted, _source);
        lock (_gate)
        {
            if (_all.Exists(other => other.Queue == queue))
            {
                throw new InvalidOperationException(
                    $"This application consumes '{queue}' already; give the subscriber a group of its own, or stop the other one.");
            }

            _all.Add(subscription);
        }

        await subscription.BeginAsync(cancellationToken).ConfigureAwait(false);
        return subscription;
    }

    /// <summary>Takes nothing new from queues that outlive the process.</summary>
    public Task StopDurableAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Current.Where(subscription => !subscription.Consumed.Contains(_application.Queues.Local))
            .Select(subscription => subscription.StopAsync(cancellationToken)));

    /// <summary>Handles what is left in memory, as far as the time allows.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _disposed) == 1) return;
        _application.Queues.Local.Close();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(Current.Select(subscription => subscription.DrainAsync(cancellationToken))).ConfigureAwait(false);
        await Task.WhenAll(Current.Select(subscription => subscription.StopAsync(cancellationToken))).ConfigureAwait(false);
        await _measuring.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _budget.EndAsync("ending the subscriptions", () => DrainAsync(new CancellationToken(canceled: true))).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _disposed, 1) == 0) _stopping.Dispose();
    }

    private Subscription Make(QueueName queue, IPushTarget target, Action<SubscriptionOptions>? configure, List<string> errors)
    {
        var options = new SubscriptionOptions();
        configure?.Invoke(options);
        return new Subscription(queue, target, _settings.Resolve(queue, options, errors), _source);
    }

    // What a class says of itself by [Subscribe].
    private IEnumerable<Subscription> Declared(ServiceContract contract, ServiceImplementation implementation, List<string> errors)
    {
        foreach (var declared in contract.Subscriptions)
        {
            var other = _application.Contracts.For(declared.ServiceType);
            var subscriber = implementation.Around(declared.Create);
            _subscribers.Add(subscriber);
            var target = new ContractTarget(new ServedService(other, subscriber, isPersistent: false));
            yield return Make(new QueueName(ServiceName.Parse(other.Name).Canonical, declared.Group), target, null, errors);
        }
    }

    private void Forget(Subscription subscription)
    {
        lock (_gate) _all.Remove(subscription);
    }

    // Gauges are asked in passing and can't wait for a broker, so the answer is kept ready while anybody asks.
    private async Task MeasureAsync(Task settled)
    {
        await settled.WaitAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (!_stopping.IsCancellationRequested)
        {
            if (_telemetry.WantsDepth)
            {
                var found = new List<QueueStatus>();
                foreach (var subscription in Current)
                {
                    foreach (var transport in subscription.Consumed)
                    {
                        try
                        {
                            if (await transport.Administration.GetStatusAsync(
                                subscription.Queue, _stopping.Token).ConfigureAwait(false) is { } status)
                            {
                                found.Add(status);
                            }
                        }
                        catch (Exception error)
                        {
                            // Whatever it is, it is looked at again; what keeps messages from coming the subscription tells.
                            QueueLog.NotMeasured(_source.Logger, subscription.Queue, error.Message);
                        }
                    }
                }

                _depths = found;
            }

            await Task.Delay(DepthInterval, _source.Clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
