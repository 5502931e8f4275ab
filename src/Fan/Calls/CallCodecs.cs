using Fan.Discovery;
using Fan.Generated;
using Fan.Messaging;
using Fan.Proxies;
using Fan.Queues;

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
    /// <exception cref="ContractMismatchException">They can't talk.</exception>
    public PayloadCodec WriterFor(Endpoint endpoint, string service, ServiceMethod method, bool isPush)
    {
        // What a proxy stands before has the methods, and it reads JSON.
        if (endpoint.Before is not null) return method is IPassedOn ? _passing : codecs.Json;
        if (endpoint.FindMethod(method.Name) is not { } known) return codecs.Json;
        if (isPush && known.Kind != MethodKind.Push) throw PushErrors.NoPush(service, method.Name);
        if (method is IPassedOn) return _passing;
        // Names tell what stands in JSON, so where contracts may differ it is the safe one.
        return _agreements.IsKnownToFit(method, endpoint, known) && known.ContentType is MediaTypes.Compact && codecs.Compact.Carries(method) ? codecs.Compact : codecs.Json;
    }
}
