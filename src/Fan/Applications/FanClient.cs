using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Fan.Calls;
using Fan.Context;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Queues;
using Fan.Sharding;
using Fan.Subscribing;
using Microsoft.Extensions.DependencyInjection;

namespace Fan.Applications;

/// <summary>The way into an application for its own code.</summary>
internal sealed class FanClient : IFan, IShardGroups
{
    private readonly FanApplication _application;
    private readonly Subscriptions _subscriptions;
    private readonly IServiceProvider _services;
    private readonly NamedCalls _named;
    private readonly ConcurrentDictionary<Type, ServiceBinding> _bindings = new();

    public FanClient(FanApplication application, Subscriptions subscriptions, IServiceProvider services)
    {
        _application = application;
        _subscriptions = subscriptions;
        _services = services;
        _named = new NamedCalls(
            application.Server,
            application.Pipeline,
            application.Pushes,
            application.Directory,
            application.Table,
            application.Trees,
            application.Options.CopyLocalCalls);
        application.Gate.Follow(_ => Retarget());
        application.Trees.History.Follow(Retarget);
    }

    public string ApplicationName => _application.Name;

    public dynamic Rpc
    {
        [RequiresDynamicCode("C# dynamic binds at run time.")]
        [RequiresUnreferencedCode("C# dynamic binds at run time.")]
        get => new DynamicPath(_named, _application.Pipeline.Codecs.Json, "");
    }

    public TService Get<TService>(params ReadOnlySpan<object> shardKeys)
        where TService : class
    {
        _application.Gate.Check();
        return Binding<TService>().Get(shardKeys);
    }

    public TService Push<TService>(PushOptions options, params ReadOnlySpan<object> shardKeys)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(options);
        return Binding<TService>().Push(options, shardKeys);
    }

    public ValueTask<JsonElement> CallAsync(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.CallAsync<JsonElement>(CallPath.Parse(path), arguments, options, cancellationToken);

    public ValueTask<TResult> CallAsync<TResult>(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.CallAsync<TResult>(CallPath.Parse(path), arguments, options, cancellationToken);

    public ValueTask<string> PushAsync(
        string path, JsonElement arguments, PushOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.PushAsync(CallPath.Parse(path), arguments, options, cancellationToken);

    public Task<ISubscription> SubscribeAsync<TService>(
        string group, TService subscriber, SubscriptionOptions? options = null, CancellationToken cancellationToken = default)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        _application.RequireJson(FanApplication.PushesOf(_application.Contracts.For(typeof(TService))));
        var planned = new PlannedSubscription(typeof(TService), null, group, _ => subscriber, ServiceLifetime.Singleton, null);
        return _subscriptions.SubscribeAsync(
            planned.QueueOf(_application), planned.TargetOf(_application, _services), options, cancellationToken);
    }

    public Task<ISubscription> SubscribeAsync(
        string service,
        string group,
        Func<ReceivedPush, CancellationToken, ValueTask> handler,
        SubscriptionOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var queue = new QueueName(service, group);
        return _subscriptions.SubscribeAsync(queue, new FunctionTarget(queue.Service, handler, _services), options, cancellationToken);
    }

    public IAsyncEnumerable<JsonElement> StreamAsync(
        string path, JsonElement arguments, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.StreamAsync(CallPath.Parse(path), arguments, options, cancellationToken);

    public ValueTask<EndpointMethod> DescribeAsync(
        string path, CallOptions? options = null, CancellationToken cancellationToken = default) =>
        _named.DescribeAsync(CallPath.Parse(path), options, cancellationToken);

    public async ValueTask<CallTree> BeginTreeAsync(CancellationToken cancellationToken = default)
    {
        var context = CallContext.Current;
        return new CallTree(await _application.Trees.BeginAsync(context, "any service", cancellationToken).ConfigureAwait(false), context);
    }

    public CallTrace StartTrace()
    {
        _application.Gate.BeginRecording();
        return new CallTrace(_application.Clock, makeCurrent: true, _application.Gate.EndRecording);
    }

    public async ValueTask<IReadOnlyList<ShardGroup<TKey>>> GroupAsync<TService, TKey>(
        IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
        where TService : class
        where TKey : notnull
    {
        if (keys.Count == 0) return [];
        var name = ServiceName.Parse(_application.Contracts.For(typeof(TService)).Name).Canonical;
        var follower = _application.Directory.Follow(name);
        await follower.LoadedAsync(cancellationToken).ConfigureAwait(false);
        if (ShardAssignment.Of(follower.Current, _application.Trees.History.Current.RouteOf(name)) is not { } assignment)
        {
            return [new ShardGroup<TKey>(null, keys)];
        }

        return [.. keys.GroupBy(key => assignment.Plan.ShardOf(ShardKeyList.Format(
            [.. (key is object[] several ? several : [key]).Select(part => Convert.ToString(part, CultureInfo.InvariantCulture) ?? "")])))
            .Select(shard => new ShardGroup<TKey>(assignment.OwnerOf(shard.Key), [.. shard]))];
    }

    private void Retarget()
    {
        foreach (var binding in _bindings.Values) binding.Retarget();
    }

    private ServiceBinding<TService> Binding<TService>()
        where TService : class =>
        (ServiceBinding<TService>)(_bindings.TryGetValue(typeof(TService), out var known) ? known : Bind<TService>());

    private ServiceBinding Bind<TService>()
        where TService : class
    {
        var contract = _application.Contracts.For(typeof(TService)) as InterfaceContract<TService>
            ?? throw new InvalidOperationException(
                $"{typeof(TService)} is a class-first service: call it by name, or give it an interface.");
        _application.RequireJson(contract.Methods);
        var binding = _bindings.GetOrAdd(typeof(TService), _ => new ServiceBinding<TService>(contract, _application));
        // The gate may have changed between its making and its being known.
        binding.Retarget();
        return binding;
    }
}
