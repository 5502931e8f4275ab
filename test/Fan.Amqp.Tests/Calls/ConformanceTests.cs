using Fan.Amqp.Tests.Servers;
using Fan.Conformance.Transports;

namespace Fan.Amqp.Tests.Calls;

internal sealed class AmqpHarness(RabbitServer server) : ITransportHarness
{
    public static async Task<ITransportHarness> CreateAsync(RabbitServers servers) => new AmqpHarness(await servers.SharedAsync());

    public void AddTo(FanBuilder application) => application.AddAmqp(options => options.Uri = server.Uri);

    public ValueTask DisposeAsync() => default;
}

public sealed class AmqpCallTests(RabbitServers servers) : TransportCallConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpErrorTests(RabbitServers servers) : TransportErrorConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpTimeTests(RabbitServers servers) : TransportTimeConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpTimeLimitTests(RabbitServers servers) : TransportTimeLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpEndpointTests(RabbitServers servers) : TransportEndpointConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpStreamTests(RabbitServers servers) : TransportStreamConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpLimitTests(RabbitServers servers) : CompactLimitConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpContextTests(RabbitServers servers) : TransportContextConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpLossTests(RabbitServers servers) : TransportLossConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpSecurityTests(RabbitServers servers) : TransportSecurityConformance
{
    protected override bool HasQueues => true;

    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}

public sealed class AmqpBlameTests(RabbitServers servers) : TransportBlameConformance
{
    protected override Task<ITransportHarness> CreateHarnessAsync() => AmqpHarness.CreateAsync(servers);
}
