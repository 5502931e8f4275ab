using Fan.Generated;
using Fan.Messaging;
using Fan.Routing;
using Fan.Transports;

namespace Fan.Calls;

/// <summary>The channel behind a typed client: to the implementation in this process where there is one that fits, else over the route. Safe from any thread.</summary>
internal sealed class RoutedChannel(ServiceImplementation? local, LocalCalls locals, Func<ServiceRoute> route, CallPipeline pipeline, IReadOnlyList<string> keys) : CallChannel
{
    private readonly string? _shardKeys = ShardKeyList.Format(keys);
    private ServiceRoute? _route;

    // Made on first use: a service that is only called in process is never looked up in the store.
    private ServiceRoute Route => _route ??= route();

    public override ValueTask<TResult> CallAsync<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) =>
        local is not null
            ? locals.CallAsync(local, method, args, keys, cancellationToken)
            : pipeline.CallAsync(Route, method, args, _shardKeys, null, cancellationToken);

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) =>
        local is not null
            ? locals.StreamAsync(local, method, args, keys, cancellationToken)
            : pipeline.StreamAsync(Route, method, args, _shardKeys, null, cancellationToken);
}
