using Fan.Conformance.Queues;
using Fan.Database.Tests.Servers;

namespace Fan.Database.Tests.Queues;

/// <summary>Consumers that never look by themselves: what they get, somebody told them of.</summary>
public abstract class WakeUpTests : QueueConformance
{
    [Fact]
    public async Task A_message_wakes_a_consumer_of_another_process()
    {
        await DeclareAsync("main");
        var other = await Harness.OpenAsync();
        var received = new Received();
        await ConsumeAsync(received.HandleAsync, transport: other);
        for (var i = 1; i <= 20; i++)
        {
            await SendAsync("m" + i);
            await received.AreAsync(i);
        }
    }

    [Fact]
    public async Task A_message_that_becomes_due_is_not_waited_for_until_the_next_look()
    {
        await DeclareAsync("main");
        var other = await Harness.OpenAsync();
        var received = new Received();
        await ConsumeAsync(received.HandleAsync, transport: other);
        await Transport.SendAsync(Message("later", delay: TimeSpan.FromMilliseconds(300)), Token);
        await received.AreAsync(1);
    }
}

public sealed class PostgresWakeUpTests(PostgresServers servers) : WakeUpTests
{
    protected override async Task<IQueueHarness> CreateHarnessAsync()
    {
        var harness = new PostgresQueueHarness(await servers.SharedAsync());
        harness.Options.PollInterval = TimeSpan.FromHours(1);
        Policy = Policy with { LeaseTime = TimeSpan.FromHours(1) };
        return harness;
    }
}

public sealed class SqliteWakeUpTests : WakeUpTests
{
    protected override Task<IQueueHarness> CreateHarnessAsync()
    {
        var harness = new SqliteQueueHarness();
        harness.Options.PollInterval = TimeSpan.FromHours(1);
        Policy = Policy with { LeaseTime = TimeSpan.FromHours(1) };
        return Task.FromResult<IQueueHarness>(harness);
    }
}
