using Fan.Amqp.Tests.Servers;
using Fan.Conformance.Queues;

namespace Fan.Amqp.Tests.Queues;

public sealed class AmqpQueueDeliveryTests(RabbitServers servers) : QueueDeliveryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new QueueHarness(await servers.SharedAsync());

    // RabbitMQ 3 counts every return as a delivery, whether the message was seen or not.
    protected override int CanTell(int attempt) => attempt == 2 ? 1 : attempt;
}

public sealed class AmqpQueueRetryTests(RabbitServers servers) : QueueRetryConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new QueueHarness(await servers.SharedAsync());
}

public sealed class AmqpQueueOrderTests(RabbitServers servers) : QueueOrderConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new QueueHarness(await servers.SharedAsync());
}

public sealed class AmqpQueueAdministrationTests(RabbitServers servers) : QueueAdministrationConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new QueueHarness(await servers.SharedAsync());
}

public sealed class AmqpQueueDurabilityTests(RabbitServers servers) : QueueDurabilityConformance
{
    protected override async Task<IQueueHarness> CreateHarnessAsync() => new QueueHarness(await servers.DisturbedAsync());
}
