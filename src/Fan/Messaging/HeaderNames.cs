namespace Fan.Messaging;

/// <summary>The names of the headers of a message, in lower case; the same on every transport.</summary>
public static class HeaderNames
{
    /// <summary>W3C Trace Context: the caller's span.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>W3C Trace Context: what vendors add.</summary>
    public const string TraceState = "tracestate";

    /// <summary>W3C Baggage.</summary>
    public const string Baggage = "baggage";

    /// <summary>The id of the message, chosen by its sender.</summary>
    public const string MessageId = "fan-message-id";

    /// <summary>The version range that the caller accepts.</summary>
    public const string VersionRange = "fan-version";

    /// <summary>
    /// Behind a proxy: the versions that the caller accepts of the services whose proxies the call has passed, as <c>name=range</c>, the
    /// range percent-encoded, with commas between them.
    /// </summary>
    public const string PassedRanges = "fan-ranges";

    /// <summary>Behind a proxy: the proxies that the call has passed, the first one first, with commas between them.</summary>
    public const string PassedProxies = "fan-via";

    /// <summary>The number of the snapshot that the call tree reads.</summary>
    public const string Snapshot = "fan-snapshot";

    /// <summary>The call tree's draw, in hex: by it, calls of one tree meet one version of a service whose calls are divided.</summary>
    public const string Draw = "fan-draw";

    /// <summary>The time that remains for the call, in milliseconds.</summary>
    public const string TimeToLive = "fan-ttl";

    /// <summary>The shard keys in the order of the name's brackets, percent-encoded, with commas between them.</summary>
    public const string ShardKeys = "fan-shard";

    /// <summary>The name of the calling application.</summary>
    public const string Caller = "fan-caller";

    /// <summary>The user on whose behalf the call is made.</summary>
    public const string User = "fan-user";

    /// <summary>What proves who calls, in the form of HTTP: <c>Bearer</c> and a token.</summary>
    public const string Authorization = "authorization";

    /// <summary>The fencing token of the owner that the call is made for.</summary>
    public const string FencingToken = "fan-fence";

    /// <summary>On a push: the key that it is in order with, percent-encoded.</summary>
    public const string Key = "fan-key";

    /// <summary>On a push: how long it is kept back, in milliseconds.</summary>
    public const string Delay = "fan-delay";

    /// <summary>On a push: the time within which it must be begun, in milliseconds.</summary>
    public const string Lifetime = "fan-lifetime";

    /// <summary>On a request: asks for the spans of the call. On a reply: has them, see <see cref="Context.CallTrace"/>.</summary>
    public const string Spans = "fan-spans";

    /// <summary>On a reply: the endpoint is about to end, and further calls had better go elsewhere.</summary>
    public const string Leaving = "fan-leaving";
}
