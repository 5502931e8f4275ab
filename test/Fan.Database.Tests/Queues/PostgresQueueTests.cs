using Fan.Conformance.Queues;
using Fan.Database.Tests.Servers;

namespace Fan.Database.Tests.Queues;

public sealed class PostgresQueueDeliveryTests(PostgresServers servers) : QueueDeliveryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new PostgresQueueHarness(await servers.SharedAsync());
}

public sealed class PostgresQueueRetryTests(PostgresServers servers) : QueueRetryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new PostgresQueueHarness(await servers.SharedAsync());
}

public sealed class PostgresQueueOrderTests(PostgresServers servers) : QueueOrderConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new PostgresQueueHarness(await servers.SharedAsync());
}

public sealed class PostgresQueueAdministrationTests(PostgresServers servers) : QueueAdministrationConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new PostgresQueueHarness(await servers.SharedAsync());
}

[Collection("disturbed")]
public sealed class PostgresQueueDurabilityTests(PostgresServers servers) : QueueDurabilityConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new PostgresQueueHarness(await servers.DisturbedAsync());
}
