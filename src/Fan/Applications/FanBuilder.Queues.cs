using System.Diagnostics.CodeAnalysis;
using Fan.Applications;
using Fan.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Fan;

// How pushes are handled, and by whom.
public sealed partial class FanBuilder
{
    /// <summary>
    /// Changes how the pushes to a hosted service are handled; configuration <c>Fan:Queues:{service}</c> has the last word.
    /// </summary>
    public FanBuilder ConfigureQueue<TService>(Action<SubscriptionOptions> configure)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        var before = Plan.QueueOptions.GetValueOrDefault(typeof(TService));
        Plan.QueueOptions[typeof(TService)] = before + configure;
        return this;
    }

    /// <summary>
    /// Subscribes to a service's pushes for a group of one's own, which gets a copy of each. One object from the container handles all of
    /// them; derive it from the generated <c>…Subscriber</c> of the contract.
    /// </summary>
    /// <param name="group">
    /// The group, 1 to 64 letters, digits, <c>_</c>, <c>-</c> or <c>.</c>; its consumers, in any number of processes, share its copies.
    /// </param>
    /// <param name="configure">Changes how they are handled; configuration <c>Fan:Queues:{service}/{group}</c> has the last word.</param>
    public FanBuilder AddSubscription<TService, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TSubscriber>(
        string group, Action<SubscriptionOptions>? configure = null)
        where TService : class
        where TSubscriber : class, TService
    {
        Services.TryAddSingleton<TSubscriber>();
        return Add<TService>(group, services => services.GetRequiredService<TSubscriber>(), ServiceLifetime.Singleton, configure);
    }

    /// <summary>
    /// Subscribes the methods with <see cref="SubscribeAttribute"/> of a class with <see cref="ServiceAttribute"/> that is not hosted here
    /// itself; <c>AddService</c> does so for one that is. One object handles all pushes.
    /// </summary>
    public FanBuilder AddSubscriptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TSubscriber>()
        where TSubscriber : class
    {
        Services.TryAddSingleton<TSubscriber>();
        Plan.Subscribers.Add(
            new HostedService(typeof(TSubscriber), services => services.GetRequiredService<TSubscriber>(), ServiceLifetime.Singleton));
        return this;
    }

    /// <summary>
    /// As <see cref="AddSubscription{TService, TSubscriber}(string, Action{SubscriptionOptions}?)"/>, with an object and a container scope
    /// of its own for each push.
    /// </summary>
    public FanBuilder AddScopedSubscription<TService, [DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] TSubscriber>(
        string group, Action<SubscriptionOptions>? configure = null)
        where TService : class
        where TSubscriber : class, TService
    {
        Services.TryAddScoped<TSubscriber>();
        return Add<TService>(group, services => services.GetRequiredService<TSubscriber>(), ServiceLifetime.Scoped, configure);
    }

    /// <summary>Subscribes to the pushes of a service without its contract: the function that is made gets each of them.</summary>
    public FanBuilder AddSubscription(
        string service,
        string group,
        Func<IServiceProvider, Func<ReceivedPush, CancellationToken, ValueTask>> handler,
        Action<SubscriptionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var queue = new QueueName(service, group);
        Plan.Subscriptions.Add(new PlannedSubscription(null, queue.Service, queue.Group, handler, ServiceLifetime.Singleton, configure));
        return this;
    }

    private FanBuilder Add<TService>(
        string group, Func<IServiceProvider, object> factory, ServiceLifetime lifetime, Action<SubscriptionOptions>? configure)
    {
        // Said here, where the name stands, rather than at the start.
        _ = new QueueName("any", group);
        Plan.Subscriptions.Add(new PlannedSubscription(typeof(TService), null, group, factory, lifetime, configure));
        return this;
    }
}
