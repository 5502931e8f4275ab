using Fan.Context;
using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Calls;

/// <summary>In which form a call goes and its reply is read. Safe from any thread.</summary>
internal sealed class CallCodecs(PayloadCodecs codecs)
{
    private readonly PassingCodec _passing = new();
    private readonly ContractAgreements _agreements = new();

    public PayloadCodec ReaderOf(string? contentType, ServiceMethod method)
    {
        var codec = codecs.For(contentType);
        return method is IPassedOn ? _passing : codec;
    }

    /// <summary>JSON, unless both the endpoint and this contract say that they have the compact form of the method.</summary>
    /// <param name="endpoint">Where the call goes.</param>
    /// <param name="known">What the endpoint publishes of the method; null for a proxy that takes it for another service.</param>
    /// <param name="service">The service.</param>
    /// <param name="method">The caller's method.</param>
    /// <param name="isPush">Whether it is a push over a route without queues.</param>
    /// <exception cref="ContractMismatchException">They can't talk.</exception>
    public PayloadCodec WriterFor(Endpoint endpoint, EndpointMethod? known, string service, ServiceMethod method, bool isPush)
    {
        // What a proxy stands before has the methods, and it reads JSON.
        if (endpoint.Before is not null || known is null) return method is IPassedOn ? _passing : codecs.Json;
        if (isPush && known.Kind != MethodKind.Push) throw PushErrors.NoPush(service, method.Name);
        if (method is IPassedOn) return _passing;
        // Names tell what stands in JSON, so where contracts may differ it is the safe one.
        return _agreements.IsKnownToFit(method, endpoint, known)
            && known.ContentType is MediaTypes.Compact
            && codecs.Compact.Carries(method)
            ? codecs.Compact
            : codecs.Json;
    }
}
