using Fan.Conformance.Transports;
using Fan.Redis.Tests.Servers;

namespace Fan.Redis.Tests.Calls;

internal sealed class RedisHarness(RedisProcess process) : ITransportHarness
{
    public static async Task<ITransportHarness> CreateAsync(RedisServers servers) => new RedisHarness(await servers.SharedAsync());

    public void AddTo(FanBuilder application) => application.AddRedis(options => options.Uri = process.Uri);

    public ValueTask DisposeAsync() => default;
}

public sealed class RedisCallTests(RedisServers servers) : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisErrorTests(RedisServers servers) : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisTimeTests(RedisServers servers) : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisTimeLimitTests(RedisServers servers) : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisEndpointTests(RedisServers servers) : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisStreamTests(RedisServers servers) : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisLimitTests(RedisServers servers) : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisContextTests(RedisServers servers) : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisLossTests(RedisServers servers) : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisSecurityTests(RedisServers servers) : TransportSecurityConformance
{
    protected override bool HasQueues => true;

    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}

public sealed class RedisBlameTests(RedisServers servers) : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => RedisHarness.CreateAsync(servers);
}
