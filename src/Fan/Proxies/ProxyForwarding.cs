using System.Buffers;
using System.Collections.Concurrent;
using Fan.Calls;
using Fan.Context;
using Fan.Discovery;
using Fan.Messaging;
using Fan.Routing;
using Fan.Versions;

namespace Fan.Proxies;

/// <summary>Sends on what a proxy received, in the current context. Safe from any thread.</summary>
internal sealed class ProxyForwarding(
    string proxy,
    string service,
    EndpointDirectory directory,
    RouteTable table,
    Func<CallPipeline> pipeline,
    ProxyMirror mirror,
    TimeProvider clock)
{
    private const int MaxRoutes = 1024;

    private readonly ConcurrentDictionary<(string Service, string Range, RouteAim Aim), ServiceRoutes> _routes = new();

    public string Proxy => proxy;

    public string Service => service;

    public ValueTask<ReplyPayload> CallAsync(
        string method,
        MethodKind kind,
        MessageHeaders headers,
        ReadOnlySequence<byte> payload,
        ProxyTarget? target,
        CancellationToken cancellationToken,
        bool isCopy = false)
    {
        if (kind == MethodKind.Stream)
        {
            throw new InvalidOperationException($"The reply of '{service}.{method}' is a sequence; call it as one.");
        }

        var passed = new PassedMethod(Describe(target?.Method ?? method, kind));
        return pipeline().CallAsync(
            Route(passed.Name, headers, target),
            passed,
            new PassedArguments(PayloadOf(target, payload)),
            KeysOf(target, headers),
            isCopy ? target?.Timeout : TimeOf(target),
            cancellationToken,
            kind == MethodKind.Push ? PushDetails.From(headers, clock) : null);
    }

    public IAsyncEnumerable<ReplyPayload> StreamAsync(
        string method, MessageHeaders headers, ReadOnlySequence<byte> payload, ProxyTarget? target, CancellationToken cancellationToken)
    {
        var passed = new PassedStream(Describe(target?.Method ?? method, MethodKind.Stream));
        return pipeline().StreamAsync(
            Route(passed.Name, headers, target),
            passed,
            new PassedArguments(PayloadOf(target, payload)),
            KeysOf(target, headers),
            TimeOf(target),
            cancellationToken);
    }

    public bool Mirror(string method, MethodKind kind, MessageHeaders headers, ReadOnlySequence<byte> payload, ProxyTarget target)
    {
        if (!mirror.TryEnter(service)) return false;
        // Both are the transport's, which uses them again when the caller has its reply.
        var copy = new MessageHeaders();
        headers.CopyTo(copy, static (to, name, value) => to.TrySet(name, value));
        var bytes = new ReadOnlySequence<byte>(payload.ToArray());
        var context = CallContext.Current;
        var time = context.Remaining;
        var apart = context with
        {
            // It may outlive the tree that it is a copy of, so it is none of it.
            Tree = null,
            SnapshotNumber = null,
            Draw = 0,
            Deadline = default,
            Recorder = null,
            Baggage = new Dictionary<string, string>(context.Baggage, StringComparer.Ordinal) { [ProxyMirror.BaggageMember] = service },
        };
        mirror.Run(service, async token =>
        {
            using var current = (time is { } limit ? apart.WithTimeout(limit, clock) : apart).Use();
            if (kind != MethodKind.Stream)
            {
                using var reply = await CallAsync(method, kind, copy, bytes, target, token, isCopy: true).ConfigureAwait(false);
                return;
            }

            await foreach (var item in StreamAsync(method, copy, bytes, target, token).ConfigureAwait(false)) item.Dispose();
        });
        return true;
    }

    private ServiceRoute Route(string method, MessageHeaders headers, ProxyTarget? target)
    {
        var name = target?.Service is { } other ? ServiceName.Parse(other).Canonical : service;
        if (name == proxy)
        {
            throw new ServiceUnavailableException(
                proxy, $"The proxy '{proxy}' sends a call to itself; its target must be another service.");
        }

        var passed = headers.PassedRanges;
        // What the nearest says goes before what was said further up.
        var accepted = headers.VersionRange ?? PassedRanges.Find(passed, service);
        if (accepted is not null) passed = PassedRanges.With(passed, service, accepted);
        var range = VersionRange.Parse(target?.Version ?? (name == service ? accepted : PassedRanges.Find(passed, name)) ?? "*");
        var key = (name, range.Text, new RouteAim(
            PastAlias: name == service, PastVersions: target?.Version is not null, Never: proxy, Passed: passed));
        if (_routes.TryGetValue(key, out var known)) return known[method];
        var routes = new ServiceRoutes(directory.Follow, name, range, waits: false, pipeline().Transports, table, key.Item3);
        // The ranges come from callers: past the bound a route is made for the one call.
        if (_routes.Count < MaxRoutes) _routes.TryAdd(key, routes);
        return routes[method];
    }

    private static MethodDescription Describe(string name, MethodKind kind) =>
        new() { Name = name, ClrName = name, Kind = kind, Parameters = [], ResultType = typeof(ReplyPayload), Fingerprint = "" };

    private static ReadOnlySequence<byte> PayloadOf(ProxyTarget? target, ReadOnlySequence<byte> payload) =>
        target?.Payload is { } own ? new ReadOnlySequence<byte>(own) : payload;

    // The caller's time is what came with the call: one without end stays so, whatever this application allows its own calls. A copy is
    // nobody's, and has an end.
    private static TimeSpan TimeOf(ProxyTarget? target) => target?.Timeout ?? Timeout.InfiniteTimeSpan;

    private static string? KeysOf(ProxyTarget? target, MessageHeaders headers) =>
        target?.ShardKeys is { } own ? ShardKeyList.Format(own) : headers.ShardKeys;
}
