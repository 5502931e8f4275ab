using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Generated;
using Fan.Messaging;
using Fan.Routing;
using Fan.Serving;
using Fan.Sharding;

namespace Fan.Calls;

/// <summary>
/// The channel behind a typed client: a push goes to its queue; a call to the implementation in this process where there is one that fits
/// and the tree gives it the call, else over the route. Safe from any thread.
/// </summary>
internal sealed class RoutedChannel(
    LocalService? local,
    LocalCalls locals,
    CallTrees trees,
    Func<ServiceRoutes> routes,
    CallPipeline pipeline,
    PushPipeline pushes,
    string service,
    IReadOnlyList<string> keys,
    PushOptions? options) : CallChannel
{
    private readonly string? _shardKeys = ShardKeyList.Format(keys);
    private ServiceRoutes? _routes;

    public override ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) =>
        method.Description.Kind == MethodKind.Push ? PushAsync(method, args, cancellationToken)
        : local is null ? pipeline.CallAsync(Route(method.Name), method, args, _shardKeys, null, cancellationToken)
        : IsUnrouted ? locals.CallAsync(local.Implementation, method, args, keys, cancellationToken)
        : CallByTreeAsync(local, method, args, cancellationToken);

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) =>
        local is null ? pipeline.StreamAsync(Route(method.Name), method, args, _shardKeys, null, cancellationToken)
        : IsUnrouted ? locals.StreamAsync(local.Implementation, method, args, keys, cancellationToken)
        : StreamByTreeAsync(local, method, args, cancellationToken);

    private ShardLease Enter(LocalService own, ref CallContext context)
    {
        if (own.Shards?.TryEnter(_shardKeys) is not { } lease) return default;
        context = context with { FencingToken = lease.Token };
        context.Use();
        return lease;
    }

    // A shard is served by whoever holds its lock, be it here or elsewhere; what is strict by whoever is sure of its session.
    private bool IsHere(LocalService own, string method, ShardLease lease, TreeScope tree, CallContext context) =>
        own.Strict is { IsHeld: false } ? false
            : own.Shards is null
            ? Route(method).Gives(new RouteRequest(tree.Snapshot!, tree.Draw, context, _shardKeys, trees.History), own.Version)
            : lease.Token != 0;

    // While the tree is empty, or not known for want of a store, what is here is taken.
    private bool IsUnrouted =>
        local!.Shards is null && local.Strict is null && (!trees.IsLoaded || (!trees.IsBegun && !trees.History.IsHeld));

    private async ValueTask<TResult> CallByTreeAsync<TArgs, TResult>(
        LocalService own, UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct
    {
        var outer = CallContext.Current;
        while (true)
        {
            using var tree = await trees.BeginAsync(outer, service, cancellationToken).ConfigureAwait(false);
            var context = Pin(outer, tree);
            using var lease = Enter(own, ref context);
            try
            {
                if (!IsHere(own, method.Name, lease, tree, context))
                {
                    return await pipeline.CallAsync(
                        Route(method.Name), method, args, _shardKeys, null, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (SnapshotGoneException error) when (error.IsUnsent && tree.IsRoot)
            {
                // A commit came, and the call was sent nowhere: it begins again on the newest snapshot.
                continue;
            }

            using var losing = lease.Link(cancellationToken);
            try
            {
                return await locals.CallAsync(
                    own.Implementation, method, args, keys, losing?.Token ?? cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (lease.IsLost && !cancellationToken.IsCancellationRequested)
            {
                throw ShardOwner.Lost(method.Service, method.Name, error);
            }
        }
    }

    private async IAsyncEnumerable<TItem> StreamByTreeAsync<TArgs, TItem>(
        LocalService own, StreamMethod<TArgs, TItem> method, TArgs args, [EnumeratorCancellation] CancellationToken cancellationToken)
        where TArgs : struct
    {
        var outer = CallContext.Current;
        while (true)
        {
            using var tree = await trees.BeginAsync(outer, service, cancellationToken).ConfigureAwait(false);
            var context = Pin(outer, tree);
            using var lease = Enter(own, ref context);
            using var losing = lease.Link(cancellationToken);
            var isHere = IsHere(own, method.Name, lease, tree, context);
            var items = (isHere
                ? locals.StreamAsync(own.Implementation, method, args, keys, losing?.Token ?? cancellationToken)
                : pipeline.StreamAsync(
                    Route(method.Name), method, args, _shardKeys, null, cancellationToken)).GetAsyncEnumerator(CancellationToken.None);
            await using var ending = items.ConfigureAwait(false);
            bool any;
            try
            {
                any = await items.MoveNextAsync().ConfigureAwait(false);
            }
            catch (SnapshotGoneException error) when (!isHere && error.IsUnsent && tree.IsRoot)
            {
                // As a call does.
                continue;
            }

            for (; any; any = await items.MoveNextAsync().ConfigureAwait(false)) yield return items.Current;
            yield break;
        }
    }

    // The context is the async caller's own copy: it goes when that method returns.
    private static CallContext Pin(CallContext context, TreeScope tree)
    {
        if (ReferenceEquals(context.Tree, tree.Snapshot)) return context;
        context = context with { Tree = tree.Snapshot, Draw = tree.Draw };
        context.Use();
        return context;
    }

    private async ValueTask<TResult> PushAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        where TArgs : struct
    {
        await pushes.PushAsync(
            service, method, args, _shardKeys, options, () => Route(method.Name), pipeline, cancellationToken).ConfigureAwait(false);
        // A push has no result but the fact.
        return default!;
    }

    // Made on first use: a service that is only called in process is never looked up in the store.
    private ServiceRoute Route(string method) => (_routes ??= routes())[method];
}
