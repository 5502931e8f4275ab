using Fan.Queues;
using Fan.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>A subscription that the builder was told of: to the contract of another service, or by name.</summary>
internal sealed record PlannedSubscription(
    Type? ServiceType, string? Service, string Group, Func<IServiceProvider, object> Factory, ServiceLifetime Lifetime, Action<SubscriptionOptions>? Configure)
{
    public QueueName QueueOf(FanApplication application) =>
        new(Service ?? ServiceName.Parse(application.Contracts.For(ServiceType!).Name).Canonical, Group);

    public IPushTarget TargetOf(FanApplication application, IServiceProvider services) => ServiceType is null
        ? new FunctionTarget(Service!, (Func<ReceivedPush, CancellationToken, ValueTask>)Factory(services), services)
        : new ContractTarget(new ServedService(application.Contracts.For(ServiceType), new ServiceImplementation(Factory, Lifetime, services), isPersistent: false));
}
