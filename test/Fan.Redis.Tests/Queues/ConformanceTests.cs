using Fan.Conformance.Queues;
using Fan.Redis.Tests.Servers;

namespace Fan.Redis.Tests.Queues;

public sealed class RedisQueueDeliveryTests(RedisServers servers) : QueueDeliveryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new RedisQueueHarness(await servers.SharedAsync());
}

public sealed class RedisQueueRetryTests(RedisServers servers) : QueueRetryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new RedisQueueHarness(await servers.SharedAsync());
}

public sealed class RedisQueueOrderTests(RedisServers servers) : QueueOrderConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new RedisQueueHarness(await servers.SharedAsync());
}

public sealed class RedisQueueAdministrationTests(RedisServers servers) : QueueAdministrationConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new RedisQueueHarness(await servers.SharedAsync());
}

public sealed class RedisQueueDurabilityTests(RedisServers servers) : QueueDurabilityConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new RedisQueueHarness(await servers.DisturbedAsync());
}
