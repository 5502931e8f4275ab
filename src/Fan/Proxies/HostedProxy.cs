using System.Buffers;
using System.Collections.Concurrent;
using Fan.Calls;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Security;
using Fan.Serving;

namespace Fan.Proxies;

/// <summary>
/// A proxy as the server of the application sees it: it has the methods that the endpoints of its service publish. Safe from any thread.
/// </summary>
internal sealed class HostedProxy(
    IReadOnlyList<string> methodsOf,
    int maxPassed,
    EndpointDirectory directory,
    ProxyForwarding forwarding,
    PayloadCodecs codecs,
    PolicyTable policies) : IPassingService
{
    // More than one service has; what comes and goes with its versions is forgotten.
    private const int MaxKept = 4096;

    private readonly ConcurrentDictionary<(string Name, MethodKind Kind), ServedMethod> _methods = new();

    /// <summary>The service that it stands before.</summary>
    public string Service => forwarding.Service;

    /// <summary>Whether methods of which nothing in particular is said are for anyone.</summary>
    public bool IsOpen(string own) => policies.For(own, "") is null;

    /// <summary>Waits until it is known what methods there are.</summary>
    public Task LoadedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(methodsOf.Select(service => directory.Follow(service).LoadedAsync(cancellationToken).AsTask()));

    /// <exception cref="NoSuchServiceException">No endpoint of its service lives.</exception>
    /// <exception cref="NoSuchMethodException">None of them has the method.</exception>
    public ServedMethod Resolve(ServedService own, string method)
    {
        var kind = KindOf(method);
        if (_methods.TryGetValue((method, kind), out var known)) return known;
        if (_methods.Count >= MaxKept) _methods.Clear();
        return _methods.GetOrAdd((method, kind), static (key, at) => at.Item2.Make(at.own, key.Name, key.Kind), (own, this));
    }

    public async ValueTask ServeAsync(
        ServedMethod method,
        object proxy,
        IncomingCall call,
        IBufferWriter<byte>? reply,
        IItemSink? items,
        CancellationToken cancellationToken)
    {
        // Whoever calls it for somebody else must be able to read it.
        if (!ReferenceEquals(codecs.For(call.ContentType), codecs.Json))
        {
            throw new BadMessageException("content-type", $"A proxy takes {MediaTypes.Json} only.");
        }

        // Calls that the proxy makes by itself pass it too: they may come back as what it forwards may.
        (CallContext.Current with
        {
            PassedProxies = ProxyWay.With(call.Headers.PassedProxies, method.Service.Name.Canonical, maxPassed)
        }).Use();
        var proxied = new ProxiedCall(forwarding, method.Method.Name, method.Method.Description.Kind, call, reply, items);
        try
        {
            await ((IProxyService)proxy).HandleAsync(proxied, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            proxied.Abandon();
            throw;
        }

        proxied.End();
    }

    private MethodKind KindOf(string method)
    {
        var any = false;
        foreach (var endpoint in methodsOf.SelectMany(service => directory.Follow(service).Current.All))
        {
            any = true;
            if (endpoint.FindMethod(method) is { } found) return found.Kind;
        }

        if (!any)
        {
            throw new NoSuchServiceException(
                Service, $"No endpoint of '{Service}' is registered, so its proxy has nothing to stand before.");
        }

        throw CallServer.NoSuchMethod(
            Service,
            method,
            [.. methodsOf.SelectMany(service => directory.Follow(service).Current.All)
                .SelectMany(endpoint => endpoint.Description.Methods)
                .Select(known => known.Name)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)]);
    }

    private ServedMethod Make(ServedService own, string name, MethodKind kind)
    {
        var description = new MethodDescription
        {
            Name = name,
            ClrName = name,
            Kind = kind,
            Parameters = [],
            ResultType = typeof(ReplyPayload),
            Fingerprint = ""
        };
        ServiceMethod method = kind == MethodKind.Stream ? new PassedStream(description) : new PassedMethod(description);
        // The method belongs to the proxy in spans and metrics.
        _ = new ProxyContract(own.Contract.Name, own.Version, [method]);
        return new ServedMethod(own, method, policies.For(own.Name.Canonical, name));
    }
}

/// <summary>The contract of a proxy: whatever its service has.</summary>
internal sealed class ProxyContract(string name, string version, IReadOnlyList<ServiceMethod> methods)
    : ServiceContract<IProxyService>(name, version, methods);
