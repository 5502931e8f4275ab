using Fan.Generated;
using Fan.Messaging;
using Fan.Queues;
using Fan.Routing;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The channel behind a typed client: a push goes to its queue; a call to the implementation in this process where there is one that fits, else over the route. Safe from any thread.</summary>
internal sealed class RoutedChannel(
    ServiceImplementation? local, LocalCalls locals, Func<ServiceRoutes> routes, CallPipeline pipeline, PushPipeline pushes, string service, IReadOnlyList<string> keys, PushOptions? options) : CallChannel
{
    private readonly string? _shardKeys = ShardKeyList.Format(keys);
    private ServiceRoutes? _routes;

    public override ValueTask<TResult> CallAsync<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) =>
        method.Description.Kind == MethodKind.Push ? PushAsync(method, args, cancellationToken)
        : local is not null ? locals.CallAsync(local, method, args, keys, cancellationToken)
        : pipeline.CallAsync(Route(method.Name), method, args, _shardKeys, null, cancellationToken);

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) =>
        local is not null
            ? locals.StreamAsync(local, method, args, keys, cancellationToken)
            : pipeline.StreamAsync(Route(method.Name), method, args, _shardKeys, null, cancellationToken);

    private async ValueTask<TResult> PushAsync<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct
    {
        await pushes.PushAsync(service, method, args, _shardKeys, options, () => Route(method.Name), pipeline, cancellationToken).ConfigureAwait(false);
        // A push has no result but the fact.
        return default!;
    }

    // Made on first use: a service that is only called in process is never looked up in the store.
    private ServiceRoute Route(string method) => (_routes ??= routes())[method];
}
