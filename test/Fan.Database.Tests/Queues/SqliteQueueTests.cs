using Fan.Conformance.Queues;

namespace Fan.Database.Tests.Queues;

public sealed class SqliteQueueDeliveryTests : QueueDeliveryConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(new SqliteQueueHarness());
}

public sealed class SqliteQueueRetryTests : QueueRetryConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(new SqliteQueueHarness());
}

public sealed class SqliteQueueOrderTests : QueueOrderConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(new SqliteQueueHarness());
}

public sealed class SqliteQueueAdministrationTests : QueueAdministrationConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(new SqliteQueueHarness());
}

public sealed class SqliteQueueDurabilityTests : QueueDurabilityConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(new SqliteQueueHarness());
}
