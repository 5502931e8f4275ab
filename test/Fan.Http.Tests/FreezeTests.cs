using Fan.Conformance;
using Fan.Conformance.Transports;

namespace Fan.Http.Tests;

public abstract class HttpFreezeTests(Version version) : TransportCutConformance
{
    protected override async Task<(FrozenLink Link, TransportApplication Caller)> LinkAsync()
    {
        var link = await ServeBehindAsync(
            endpoint => FrozenLink.To(endpoint.Port), (endpoint, between) => endpoint with { Port = between.Port });
        return (link, await StartAsync("caller", Tree, AddTo, Configure));
    }

    protected virtual void Configure(FanOptions options)
    {
    }

    protected override void AddTo(FanBuilder application) =>
        application.AddHttp(options => (options.CallVersion, options.QuietTime) = (version, TimeSpan.Zero));
}

/// <summary>HTTP/1.1 has no pings: a call whose connection is dead takes all the time that it has.</summary>
public sealed class Http1FreezeTests() : HttpFreezeTests(System.Net.HttpVersion.Version11)
{
    protected override void Configure(FanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.DefaultTimeout = TimeSpan.FromSeconds(3);
    }
}

public sealed class Http2FreezeTests() : HttpFreezeTests(System.Net.HttpVersion.Version20);
