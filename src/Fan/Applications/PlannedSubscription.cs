using Fan.Queues;
using Fan.Serving;
using Fan.Subscribing;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>A subscription that the builder was told of: to the contract of another service, or by name.</summary>
internal sealed record PlannedSubscription(
    Type? ServiceType,
    string? Service,
    string Group,
    Func<IServiceProvider, object> Factory,
    ServiceLifetime Lifetime,
    Action<SubscriptionOptions>? Configure)
{
    public QueueName QueueOf(FanApplication application) =>
        new(Service ?? ServiceName.Parse(application.Contracts.For(ServiceType!).Name).Canonical, Group);

    public IPushTarget TargetOf(FanApplication application, IServiceProvider services)
    {
        if (ServiceType is null)
        {
            return new FunctionTarget(Service!, (Func<ReceivedPush, CancellationToken, ValueTask>)Factory(services), services);
        }

        var implementation = new ServiceImplementation(Factory, Lifetime, services);
        // Made now, so that what it can't do without fails the start and not the first push.
        _ = implementation.Shared;
        return new ContractTarget(new ServedService(application.Contracts.For(ServiceType), implementation, isPersistent: false));
    }
}
