using System.Globalization;
using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Database.Tests.Queues;
using Fan.Database.Tests.Servers;
using Fan.Queues;

namespace Fan.Database.Tests.Faults;

/// <summary>A database that refuses one message, loses a queue, loses an answer, or whose clock is set.</summary>
public abstract class QueueFaultTests : QueueConformance
{
    internal abstract DatabaseQueueHarness Database { get; }

    /// <summary>Statements that make the database refuse the end of each message called <c>poison</c>, whatever that is.</summary>
    protected abstract string[] RefusePoison { get; }

    protected abstract string StopRefusing { get; }

    /// <summary>Drops the table of queues, and no row of any other.</summary>
    protected abstract string DropQueues { get; }

    private Task<bool> SaidAsync(string text) =>
        Task.FromResult(Database.Log.All.Any(
            line => line.Contains(text, StringComparison.Ordinal) && line.Contains(Service, StringComparison.Ordinal)));

    private async Task<long> CountAsync(string sql) => Convert.ToInt64(await Database.ExecuteAsync(sql), CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(QueueOutcome.Done)]
    [InlineData(QueueOutcome.Dead)]
    [InlineData(QueueOutcome.Retry)]
    public async Task A_message_whose_end_the_database_refuses_is_told_and_the_others_go_on_through_restarts_too(QueueOutcome outcome)
    {
        await DeclareAsync("main");
        foreach (var sql in RefusePoison) await Database.ExecuteAsync(sql);
        var received = new Received((delivery, _) => new(TextOf(delivery.Message) != "poison" ? QueueSettlement.Done : outcome switch
        {
            QueueOutcome.Dead => QueueSettlement.Dead("bad"),
            QueueOutcome.Retry => QueueSettlement.Retry(TimeSpan.Zero, "bad"),
            _ => QueueSettlement.Done,
        }));
        var first = await ConsumeAsync(received);
        await Transport.SendAsync(Message("poison", key: "k", id: "poison"), Token);
        await SendAsync("a", "b");
        await Transport.SendAsync(Message("behind", key: "k"), Token);
        await received.AreAsync(3);
        await SendAsync("c");
        await received.AreAsync(4);
        await Eventually.TrueAsync(
            async () => await StatusAsync() is { InFlight: 1, Waiting: 0, Scheduled: 1 }, "only the poison and what is behind it are left");
        await Eventually.TrueAsync(() => SaidAsync("message poison"), "it is told");
        await first.StopAsync(Token);
        await ConsumeAsync(received);
        await SendAsync("d");
        await Eventually.TrueAsync(() => Task.FromResult(received.Texts.Contains("d")), "others go on after a restart");
        Assert.DoesNotContain("behind", received.Texts);
        await Database.ExecuteAsync(StopRefusing);
        if (outcome != QueueOutcome.Retry) await EmptyAsync();
    }

    [Fact]
    public async Task A_message_that_can_not_be_buried_when_its_time_is_over_keeps_no_other_from_coming()
    {
        await DeclareAsync("main");
        foreach (var sql in RefusePoison) await Database.ExecuteAsync(sql);
        await Transport.SendAsync(Message("poison", ttl: TimeSpan.FromMilliseconds(1), id: "poison"), Token);
        await Transport.SendAsync(Message("over", ttl: TimeSpan.FromMilliseconds(2)), Token);
        await Transport.SendAsync(Message("later", delay: TimeSpan.FromMilliseconds(50)), Token);
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(2);
        Assert.Equal(["a", "later"], received.Texts.Order());
        await Eventually.TrueAsync(
            async () => await CountAsync("SELECT count(*) FROM fan.dead_letters WHERE reason = 'expired'") == 1, "the other one is buried");
        await Eventually.TrueAsync(() => SaidAsync("what time does"), "it is told");
        await Database.ExecuteAsync(StopRefusing);
    }

    [Fact]
    public async Task A_queue_that_vanished_is_declared_again_and_told()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(1);
        await Database.ExecuteAsync($"DELETE FROM fan.queues WHERE service = '{Service}'");
        await AcceptedAsync("b");
        await received.AreAsync(2);
        Assert.True(await SaidAsync("declared again"));
        Assert.Null(Transport.Trouble);
    }

    [Fact]
    public async Task A_queue_that_was_deleted_stays_so_until_it_is_declared()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await Transport.Administration.DeleteAsync(Main, Token);
        await Eventually.TrueAsync(
            () => Task.FromResult(Transport.Trouble is { } trouble && trouble.Contains("deleted", StringComparison.Ordinal)),
            "the consumer knows");
        await Assert.ThrowsAsync<NoSuchServiceException>(() => SendAsync("lost"));
        await DeclareAsync("main");
        await SendAsync("a");
        await received.AreAsync(1);
    }

    [Theory]
    [InlineData("DROP TABLE fan.messages")]
    [InlineData("DROP TABLE fan.consumers")]
    [InlineData(
        "DROP TABLE fan.messages; DROP TABLE fan.handled; DROP TABLE fan.dead_letters; DROP TABLE fan.consumers; DROP TABLE fan.queues")]
    public async Task A_table_that_was_dropped_is_made_again(string drop)
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("a");
        await received.AreAsync(1);
        await Database.ExecuteAsync(drop);
        await AcceptedAsync("b");
        await Eventually.TrueAsync(() => Task.FromResult(received.Texts.Contains("b")), "it is handled");
        await Eventually.TrueAsync(() => Task.FromResult(Transport.Trouble is null), "all is well");
    }

    [Fact]
    public async Task What_waits_outlives_the_table_of_queues()
    {
        await DeclareAsync("main");
        var held = new TaskCompletionSource();
        var received = new Received(async (delivery, _) =>
        {
            if (TextOf(delivery.Message) == "bad") return QueueSettlement.Dead("bad");
            await held.Task;
            return QueueSettlement.Done;
        });
        await ConsumeAsync(received);
        await SendAsync("bad", "held", "a");
        await Transport.SendAsync(Message("b", key: "k"), Token);
        await Transport.SendAsync(Message("c", key: "k"), Token);
        await Transport.SendAsync(Message("later", delay: TimeSpan.FromMilliseconds(100)), Token);
        await received.AreAsync(2);
        await DeadAsync(1);
        await Database.ExecuteAsync(DropQueues);
        await AcceptedAsync("new");
        held.SetResult();
        await Eventually.TrueAsync(
            () => Task.FromResult(new HashSet<string>(received.Texts).IsSupersetOf(["a", "b", "c", "later", "new"])),
            "all of it is handled");
        await EmptyAsync();
        Assert.Equal("bad", TextOf(Assert.Single(await DeadAsync(1)).Message));
        Assert.Equal(["b", "c"], received.Texts.Where(text => text is "b" or "c").Distinct());
        // Another group has a number that nobody had.
        await DeclareAsync("other");
        Assert.Empty(await Transport.Administration.PeekDeadAsync(new QueueName(Service, "other"), 10, Token));
        // What leaves with a queue still does.
        await Transport.Administration.DeleteAsync(Main, Token);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM fan.dead_letters"));
    }

    [Fact]
    public async Task What_a_consumer_took_in_an_answer_that_was_lost_comes_at_once_and_holds_back_no_key()
    {
        // Not only when the lease is over.
        Policy = Policy with { LeaseTime = TimeSpan.FromMinutes(10) };
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received, concurrency: 2, prefetch: 4);
        // Kept back, so that the consumer does not take it; then as a turn leaves it that committed.
        await Transport.SendAsync(Message("lost", key: "k", delay: TimeSpan.FromHours(1)), Token);
        await Database.ExecuteAsync(
            "UPDATE fan.messages SET state = 2, attempts = 1, place = 1, due_at = NULL, owner = (SELECT c.id FROM fan.consumers c " +
            "WHERE c.queue_id = fan.messages.queue_id) WHERE state = 1"
                + $" AND queue_id = (SELECT q.id FROM fan.queues q WHERE q.service = '{Service}')");
        await Transport.SendAsync(Message("next", key: "k"), Token);
        await received.AreAsync(2);
        Assert.Equal([("lost", 1), ("next", 1)], received.Attempts);
    }

    [Fact]
    public async Task A_consumer_whose_lease_another_one_has_ended_takes_nothing_and_counts_no_attempt()
    {
        // So that no look of its own finds out before it takes.
        Policy = Policy with { LeaseTime = TimeSpan.FromMinutes(10) };
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await SendAsync("before");
        await received.AreAsync(1);
        await Database.ExecuteAsync("DELETE FROM fan.consumers");
        await SendAsync("after");
        await received.AreAsync(2);
        Assert.Equal([("before", 1), ("after", 1)], received.Attempts);
    }

    [Fact]
    public async Task A_clock_that_is_set_takes_no_message_from_a_consumer_that_lives()
    {
        Policy = Policy with { LeaseTime = TimeSpan.FromSeconds(3) };
        await DeclareAsync("main");
        var release = new TaskCompletionSource();
        var working = new Received(async (_, _) =>
        {
            await release.Task;
            return QueueSettlement.Done;
        });
        await ConsumeAsync(working);
        await SendAsync("long");
        await working.AreAsync(1);
        // As after a step of an hour ahead.
        await Database.ExecuteAsync("UPDATE fan.consumers SET lease_until = lease_until - 3600000000");
        var others = new Received();
        await ConsumeAsync(others.HandleAsync, transport: await Harness.OpenAsync());
        _ = await StatusAsync();
        // Several looks of the other one.
        for (var i = 1; i <= 3; i++)
        {
            await Transport.SendAsync(Message("later" + i, delay: TimeSpan.FromMilliseconds(400)), Token);
            await others.AreAsync(i);
        }

        release.SetResult();
        await EmptyAsync();
        Assert.Equal([("long", 1)], working.Attempts);
        Assert.DoesNotContain("long", others.Texts);
    }

    private Task AcceptedAsync(string text) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await SendAsync(text);
                return true;
            }
            catch (NoSuchServiceException error)
            {
                Assert.DoesNotContain("ever", error.Message, StringComparison.Ordinal);
                return false;
            }
            catch (ServiceUnavailableException)
            {
                return false;
            }
        },
        "a push is accepted");
}

public sealed class PostgresQueueFaultTests(PostgresServers servers) : QueueFaultTests
{
    private PostgresQueueHarness? _harness;

    internal override DatabaseQueueHarness Database => _harness!;

    protected override string[] RefusePoison =>
    [
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.message_id = 'poison' AND (TG_OP = 'DELETE' OR " +
        "NEW.owner IS NULL AND NEW.lost = 0 OR NEW.state = 4) THEN RAISE EXCEPTION 'no poison'; END IF; " +
        "RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END; END $$",
        "CREATE TRIGGER refusing BEFORE UPDATE OR DELETE ON fan.messages FOR EACH ROW EXECUTE FUNCTION refuse()",
    ];

    protected override string StopRefusing => "DROP TRIGGER refusing ON fan.messages";

    protected override string DropQueues => "DROP TABLE fan.queues CASCADE";

    protected override async Task<IQueueHarness> CreateHarnessAsync()
    {
        var server = await servers.SharedAsync();
        return _harness = new PostgresQueueHarness(server, await server.CreateDatabaseAsync());
    }
}

public sealed class SqliteQueueFaultTests : QueueFaultTests
{
    private SqliteQueueHarness? _harness;

    internal override DatabaseQueueHarness Database => _harness!;

    protected override string[] RefusePoison =>
    [
        "CREATE TRIGGER refusing BEFORE UPDATE ON fan.messages WHEN OLD.message_id = 'poison' AND (NEW.owner IS NULL " +
        "AND NEW.lost = 0 OR NEW.state = 4) BEGIN SELECT RAISE(ABORT, 'no poison'); END",
        "CREATE TRIGGER refusing_too BEFORE DELETE ON fan.messages WHEN OLD.message_id = 'poison' BEGIN " +
        "SELECT RAISE(ABORT, 'no poison'); END",
    ];

    protected override string StopRefusing => "DROP TRIGGER refusing; DROP TRIGGER refusing_too";

    protected override string DropQueues => "PRAGMA foreign_keys = OFF; DROP TABLE fan.queues";

    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(_harness = new SqliteQueueHarness());
}
