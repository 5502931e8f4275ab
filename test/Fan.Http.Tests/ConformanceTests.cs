using System.Net;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <param name="version">The version of HTTP between Fan applications.</param>
/// <param name="parts">Whether the tests stop applications that are being called; others need not wait for callers.</param>
internal sealed class HttpHarness(Version version, bool parts) : ITransportHarness
{
    public static Task<ITransportHarness> CreateAsync(Version version, bool parts = false) =>
        Task.FromResult<ITransportHarness>(new HttpHarness(version, parts));

    public void AddTo(FanBuilder application) => application.AddHttp(options =>
    {
        options.CallVersion = version;
        if (!parts) options.QuietTime = TimeSpan.Zero;
    });

    public ValueTask DisposeAsync() => default;
}

public sealed class HttpContractTests : TransportContractConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1CallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1ErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1TimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1TimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1EndpointTests : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1StreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1LimitTests : TransportLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1ContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1LossTests : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11, parts: true);
}

public sealed class Http2CallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2ErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2TimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2TimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2EndpointTests : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2StreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2LimitTests : TransportLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2ContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http2LossTests : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20, parts: true);
}

public sealed class Http1SecurityTests : TransportSecurityConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http2SecurityTests : TransportSecurityConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Http1ValueTests : TransportValueConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http1BlameTests : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Http2BlameTests : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpHarness.CreateAsync(HttpVersion.Version20);
}
