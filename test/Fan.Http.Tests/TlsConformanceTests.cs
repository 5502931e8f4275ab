using System.Net;
using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

/// <summary>HTTPS with certificates on both sides.</summary>
internal sealed class HttpsHarness : ITransportHarness
{
    private readonly Certificates _certificates = new();
    private readonly string _file;
    private readonly Version _version;
    private readonly bool _parts;

    private HttpsHarness(Version version, bool parts)
    {
        (_version, _parts) = (version, parts);
        _file = _certificates.Issue("one");
    }

    public static Task<ITransportHarness> CreateAsync(Version version, bool parts = false) =>
        Task.FromResult<ITransportHarness>(new HttpsHarness(version, parts));

    public void AddTo(FanBuilder application) => application.AddHttp(options =>
    {
        options.CallVersion = _version;
        if (!_parts) options.QuietTime = TimeSpan.Zero;
        options.CertificateFile = _file;
        options.TrustedCertificatesFile = _certificates.AuthorityFile;
        options.RequireClientCertificate = true;
    });

    public ValueTask DisposeAsync()
    {
        _certificates.Dispose();
        return default;
    }
}

public sealed class Https1CallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1ErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1TimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1TimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1StreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1LimitTests : TransportLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1ContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11);
}

public sealed class Https1LossTests : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version11, parts: true);
}

public sealed class Https2CallTests : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2ErrorTests : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2TimeTests : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2TimeLimitTests : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2StreamTests : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2LimitTests : TransportLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2ContextTests : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20);
}

public sealed class Https2LossTests : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => HttpsHarness.CreateAsync(HttpVersion.Version20, parts: true);
}
