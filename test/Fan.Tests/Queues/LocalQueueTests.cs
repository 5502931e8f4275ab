using Fan.Conformance.Queues;
using Fan.Queues;
using Fan.Queues.Local;

namespace Fan.Tests.Queues;

internal sealed class LocalQueueHarness : IQueueHarness
{
    private readonly LocalQueueTransport _transport = new(TimeProvider.System);

    public static Task<IQueueHarness> CreateAsync() => Task.FromResult<IQueueHarness>(new LocalQueueHarness());

    // One process, one transport.
    public Task<IQueueTransport> OpenAsync() => Task.FromResult<IQueueTransport>(_transport);

    public ValueTask DisposeAsync()
    {
        _transport.Dispose();
        return default;
    }
}

public sealed class LocalQueueDeliveryTests : QueueDeliveryConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => LocalQueueHarness.CreateAsync();
}

public sealed class LocalQueueRetryTests : QueueRetryConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => LocalQueueHarness.CreateAsync();
}

public sealed class LocalQueueOrderTests : QueueOrderConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => LocalQueueHarness.CreateAsync();
}

public sealed class LocalQueueAdministrationTests : QueueAdministrationConformance
{
    protected override Task<IQueueHarness> CreateHarnessAsync() => LocalQueueHarness.CreateAsync();
}
