using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Commits;
using Fan.Context;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Routing;
using Fan.Serving;
using Fan.Settings;
using Fan.Versions;

namespace Fan.Calls;

/// <summary>Calls by name, without a contract. Safe from any thread.</summary>
internal sealed partial class NamedCalls(
    CallServer server,
    CallPipeline pipeline,
    PushPipeline pushes,
    EndpointDirectory directory,
    RouteTable table,
    CallTrees trees,
    bool mapsErrors)
{
    private const int MaxRoutes = 1024;

    private readonly ConcurrentDictionary<(string Service, string Range), ServiceRoutes> _routes = new();
    private readonly ConcurrentDictionary<(string Service, string Range, string Transport), ServiceRoute> _forced = new();

    public async ValueTask<TResult> CallAsync<TResult>(
        CallPath path, JsonElement arguments, CallOptions? options, CancellationToken cancellationToken)
    {
        RequireObject(path, arguments);
        if (FindLocal(path, options) is { } local)
        {
            return await CallLocallyAsync<TResult>(local, path, arguments, options, cancellationToken).ConfigureAwait(false);
        }

        var method = new NamedMethod<TResult>(NamedMethods.Describe<TResult>(path.Method, MethodKind.Rpc));
        var route = Route(path, options);
        if (path.Service.ShardKeys.Count > 0)
        {
            await RequirePlacesAsync(route, path, method, options?.Timeout, cancellationToken).ConfigureAwait(false);
        }

        return await pipeline.CallAsync(
            route,
            method,
            new NamedArguments(arguments),
            ShardKeyList.Format(path.Service.ShardKeys),
            options?.Timeout,
            cancellationToken).ConfigureAwait(false);
    }

    public IAsyncEnumerable<JsonElement> StreamAsync(
        CallPath path, JsonElement arguments, CallOptions? options, CancellationToken cancellationToken)
    {
        RequireObject(path, arguments);
        if (FindLocal(path, options) is { } local) return StreamLocallyAsync(local, path, arguments, options, cancellationToken);
        var method = new NamedStream(NamedMethods.Describe<JsonElement>(path.Method, MethodKind.Stream));
        return StreamRemotelyAsync(Route(path, options), method, path, arguments, options, cancellationToken);
    }

    /// <summary>Pushes; returns the id of the message when it is accepted.</summary>
    public async ValueTask<string> PushAsync(
        CallPath path, JsonElement arguments, PushOptions? options, CancellationToken cancellationToken)
    {
        RequireObject(path, arguments);
        if (FindLocal(path, null) is { } local)
        {
            if (local.Method.Description.Kind != MethodKind.Push) throw PushErrors.NoPush(path.Service.Canonical, path.Method);
            using var written = Written(path, arguments);
            ((Generated.IUnaryMethod)local.Method).CheckArguments(new ReadOnlySequence<byte>(written.Written), pipeline.Codecs.Json);
        }

        var method = new NamedMethod<Generated.Unit>(NamedMethods.Describe<Generated.Unit>(path.Method, MethodKind.Push));
        // A queue takes it although nobody knows the name at this moment.
        if (path.Service.ShardKeys.Count > 0 && Route(path, null) is { IsLoaded: true } route) RequirePlaces(path, route.PublishedTemplate);
        return await pushes.PushAsync(
            path.Service.Canonical,
            method,
            new NamedArguments(arguments),
            ShardKeyList.Format(path.Service.ShardKeys),
            options,
            () => Route(path, null),
            pipeline,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What is published of a method by the endpoint that a call would go to.</summary>
    public ValueTask<EndpointMethod> DescribeAsync(CallPath path, CallOptions? options, CancellationToken cancellationToken)
    {
        if (FindLocal(path, options) is { } local) return new(EndpointMethod.From(local.Method.Description));
        var method = new NamedMethod<Generated.Unit>(NamedMethods.Describe<Generated.Unit>(path.Method, MethodKind.Rpc));
        var route = Route(path, options);
        return pipeline.WithinAsync(
            route, method, options?.Timeout, token => DescribeAsync(route, path, options, cancellationToken, token), cancellationToken);
    }

    private async ValueTask<EndpointMethod> DescribeAsync(
        ServiceRoute route, CallPath path, CallOptions? options, CancellationToken caller, CancellationToken cancellationToken)
    {
        using var tree = await trees.BeginAsync(CallContext.Current, path.Service.Canonical, cancellationToken).ConfigureAwait(false);
        var request = new RouteRequest(
            tree.Snapshot!, tree.Draw, CallContext.Current, ShardKeyList.Format(path.Service.ShardKeys), trees.History, caller);
        var endpoint = await PickAsync(route, request, path.Method, cancellationToken).ConfigureAwait(false);
        if (endpoint.Before is { } behind)
        {
            var past = new ServiceRoute(
                directory.Follow,
                behind,
                VersionRange.Parse(options?.Version ?? "*"),
                waits: false,
                pipeline.Transports,
                new RouteAim(PastAlias: true, PastVersions: false, Never: null));
            endpoint = await PickAsync(past, request, path.Method, cancellationToken).ConfigureAwait(false);
        }

        return endpoint.FindMethod(path.Method)!;
    }

    // As a call does: of several endpoints one that has the method.
    private static async ValueTask<Endpoint> PickAsync(
        ServiceRoute route, RouteRequest request, string method, CancellationToken cancellationToken)
    {
        var lacks = default(MissingMethod);
        List<Endpoint>? tried = null;
        while (true)
        {
            Endpoint endpoint;
            try
            {
                // The tree is older than the request: it moves to no other.
                endpoint = (await route.PickAsync(request, tried, cancellationToken).ConfigureAwait(false))!;
            }
            catch (ServiceUnavailableException error) when (lacks.Explains(error, route, tried) is not null)
            {
                throw lacks.Error!;
            }

            if (endpoint.Offers(method)) return endpoint;
            lacks.Note(endpoint, method);
            (tried ??= []).Add(endpoint);
        }
    }

    /// <summary>The parameter names of a method as its endpoints publish them; null where they do not.</summary>
    public async ValueTask<IReadOnlyList<string>?> ParameterNamesAsync(CallPath path, CancellationToken cancellationToken)
    {
        var method = await DescribeAsync(path, null, cancellationToken).ConfigureAwait(false);
        return method.Parameters is { } parameters ? [.. parameters.Select(text => text.Split(':', '?')[0])] : null;
    }

    private async IAsyncEnumerable<JsonElement> StreamRemotelyAsync(
        ServiceRoute route,
        NamedStream method,
        CallPath path,
        JsonElement arguments,
        CallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var timeout = options?.Timeout;
        if (!route.IsLoaded)
        {
            // What its endpoints say of the method is known only then.
            var deadline = timeout > TimeSpan.Zero && timeout <= TimeLimit.Longest
                ? Deadline.In(timeout.Value, TimeProvider.System)
                : default;
            await pipeline.WithinAsync(route, method, timeout, async token =>
            {
                await route.LoadedAsync(token).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
            timeout = deadline.Remaining ?? timeout;
        }

        RequirePlaces(path, route.PublishedTemplate);
        var items = pipeline.StreamAsync(
            route, method, new NamedArguments(arguments), ShardKeyList.Format(path.Service.ShardKeys), timeout, cancellationToken);
        await foreach (var item in items.ConfigureAwait(false)) yield return item;
    }

    private async ValueTask RequirePlacesAsync(
        ServiceRoute route, CallPath path, Generated.ServiceMethod method, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        // What its endpoints say of its name is known only then.
        if (!route.IsLoaded)
        {
            await pipeline.WithinAsync(route, method, timeout, async token =>
            {
                await route.LoadedAsync(token).ConfigureAwait(false);
                return true;
            }, cancellationToken).ConfigureAwait(false);
        }

        RequirePlaces(path, route.PublishedTemplate);
    }

    // One that is too few or too many the server tells; in other brackets it would be another key to whoever reads the name.
    private static void RequirePlaces(CallPath path, ServiceName? name)
    {
        if (name is null
            || path.Service.ShardKeys.Count == 0
            || path.Service.ShardKeys.Count != name.ShardKeys.Count
            || path.Service.HasPlacesOf(name))
        {
            return;
        }

        throw new FormatException(
            $"'{HeaderText.Shorten(path.Service.Template)}' has its shard keys in other places than '{name.Template}'.");
    }

    private ServiceRoute Route(CallPath path, CallOptions? options)
    {
        var range = VersionRange.Parse(options?.Version ?? "*");
        if (options?.Transport is { } transport) return Forced(path.Service.Canonical, range, transport);
        var key = (path.Service.Canonical, range.Text);
        if (_routes.TryGetValue(key, out var known)) return known[path.Method];
        var routes = new ServiceRoutes(directory.Follow, path.Service.Canonical, range, waits: false, pipeline.Transports, table);
        // The ranges come from callers: past the bound a route is made for the one call.
        if (_routes.Count < MaxRoutes) _routes.TryAdd(key, routes);
        return routes[path.Method];
    }

    private ServiceRoute Forced(string service, VersionRange range, string transport)
    {
        var key = (service, range.Text, transport);
        if (_forced.TryGetValue(key, out var known)) return known;
        var route = new ServiceRoute(directory.Follow, service, range, waits: false, pipeline.Transports.Only([transport]));
        if (_forced.Count < MaxRoutes) _forced.TryAdd(key, route);
        return route;
    }

    private ServedMethod? FindLocal(CallPath path, CallOptions? options)
    {
        if (options?.Transport is not null) return null;
        foreach (var service in server.Services)
        {
            if (!string.Equals(service.Name.Canonical, path.Service.Canonical, StringComparison.Ordinal)) continue;
            // What a caller accepts are versions of the service behind a proxy.
            if (service.Proxy is null
                && options?.Version is { } range
                && !(ServiceVersion.TryParse(service.Version, out var version) && VersionRange.Parse(range).Contains(version)))
            {
                continue;
            }

            RequirePlaces(path, service.HidesPlaces ? null : service.Name);
            return service is { Shards: null, Strict: null or { IsHeld: true } } && IsGiven(path, options, service.Version)
                ? CallServer.Resolve(service, path.Method, isOfEndpoint: false)
                : null;
        }

        return null;
    }

    private bool IsGiven(CallPath path, CallOptions? options, string version)
    {
        if (!trees.IsLoaded || trees.History.IsHeld) return !trees.IsLoaded;
        var context = CallContext.Current;
        var snapshot = context.Tree ?? (context.SnapshotNumber is { } number ? trees.History.TryFind(number) : trees.History.Current);
        // One that is not known here yet is found on the way over the route.
        return snapshot is not null && (snapshot.RouteOf(path.Service.Canonical) is null
            || (ServiceVersion.TryParse(version, out var own)
                && Route(path, options).Gives(new RouteRequest(snapshot, context.Draw, context, null, trees.History), own)));
    }

    // By the codec, so that what is too large or too deep for a wire is so here.
    private PayloadBuffer Written(CallPath path, JsonElement arguments)
    {
        var written = new PayloadBuffer(server.Limits.MaxPayloadBytes);
        try
        {
            pipeline.Codecs.Json.WriteArguments(
                written,
                new NamedMethod<Generated.Unit>(NamedMethods.Describe<Generated.Unit>(path.Method, MethodKind.Rpc)),
                new NamedArguments(arguments));
            return written;
        }
        catch
        {
            written.Dispose();
            throw;
        }
    }

    private static IncomingCall Incoming(CallPath path, PayloadBuffer arguments, CallOptions? options)
    {
        var context = CallContext.Current;
        var left = options?.Timeout is { } asked ? context.Deadline.Within(TimeLimit.Required(asked)) : context.Remaining;
        if (left <= TimeSpan.Zero)
        {
            throw new DeadlineExceededException($"No time was left to call '{path.Service.Canonical}.{path.Method}'.");
        }

        return new IncomingCall
        {
            Payload = new ReadOnlySequence<byte>(arguments.Written),
            Transport = "local",
            IsTrusted = true,
            Principal = context.Principal,
            Headers = new MessageHeaders
            {
                TraceParent = System.Diagnostics.Activity.Current is { } activity ? TraceParent.Format(activity) : context.TraceParent,
                Baggage = Baggage.Format(
                    context.Baggage.Select(member => new KeyValuePair<string, string?>(member.Key, member.Value)),
                    context.Baggage is BaggageMembers arrived ? arrived.PropertiesOf : null,
                    out _),
                TimeToLive = left,
                Snapshot = context.Snapshot is > 0 and var number ? number : null,
                Draw = context.Draw,
                ShardKeys = ShardKeyList.Format(path.Service.ShardKeys),
                VersionRange = options?.Version is { } range ? VersionRange.Parse(range).Header : null,
                PassedProxies = context.PassedProxies,
                Caller = context.Caller,
                User = context.User,
                FencingToken = context.FencingToken,
            },
        };
    }

    private static void RequireObject(CallPath path, JsonElement arguments)
    {
        if (arguments.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
        {
            throw new BadArgumentException(
                "", $"The arguments of '{path.Service}.{path.Method}' must be a JSON object of names; they are {arguments.ValueKind}.");
        }
    }
}
