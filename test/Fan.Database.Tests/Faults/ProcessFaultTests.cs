using Fan.Conformance;
using Fan.Conformance.Queues;
using Fan.Database.Tests.Queues;
using Fan.Database.Tests.Servers;
using Fan.Queues;

namespace Fan.Database.Tests.Faults;

/// <summary>Processes that are killed while they have messages in hand.</summary>
public abstract class ProcessFaultTests : QueueConformance
{
    /// <summary>The engine and the place as the worker takes them.</summary>
    protected abstract (string Kind, string Place) Database { get; }

    [Fact]
    public async Task What_a_killed_process_had_in_hand_goes_to_another_as_the_next_attempt_and_in_order()
    {
        await DeclareAsync("main");
        using var worker = await StartAsync("hold");
        await SendAsync("a", "b");
        for (var i = 0; i < 3; i++) await Transport.SendAsync(Message("k" + i, "k"), Token);
        // The two, and the first one of the key.
        var held = new[] { await worker.ReadAsync(), await worker.ReadAsync(), await worker.ReadAsync() };
        Assert.Equal(["a 1", "b 1", "k0 1"], held.Order());
        worker.Kill();
        var received = new Received();
        await ConsumeAsync(received, concurrency: 2, prefetch: 4);
        await received.AreAsync(5);
        await EmptyAsync();
        Assert.Equal([("a", 2), ("b", 2), ("k0", 2), ("k1", 1), ("k2", 1)], received.Attempts.Order());
        Assert.Equal(["k0", "k1", "k2"], received.Texts.Where(text => text[0] == 'k'));
    }

    [Fact]
    public async Task A_message_that_kills_its_process_ends_as_a_dead_letter_and_takes_nobody_along()
    {
        Policy = Policy with { MaxAttempts = 4 };
        await DeclareAsync("main");
        await SendAsync("poison", "a", "b", "c");
        for (var i = 1; i < Policy.MaxAttempts; i++)
        {
            using var worker = Start("poison");
            await worker.WaitForAsync($"poison {i}");
            worker.Kill();
        }

        var received = new Received((delivery, _) => new(
            delivery.Attempt >= Policy.MaxAttempts ? QueueSettlement.Dead(DeadLetterReasons.AttemptsExhausted) : QueueSettlement.Done));
        await ConsumeAsync(received);
        Assert.Equal("poison", TextOf(Assert.Single(await DeadAsync(1)).Message));
        await EmptyAsync();
        // They were beside it once, and were not tried to death with it.
        Assert.All(received.Attempts.Where(seen => seen.Text != "poison"), seen => Assert.InRange(seen.Attempt, 1, 3));
    }

    [Fact]
    public async Task Messages_that_were_in_hand_beside_one_that_kills_its_process_are_not_taken_along_again()
    {
        Policy = Policy with { MaxAttempts = 4 };
        await DeclareAsync("main");
        await SendAsync("poison", "a", "b", "c");
        using (var first = Start("hold"))
        {
            await first.WaitForAsync("ready");
            foreach (var _ in Enumerable.Range(0, 4)) await first.ReadAsync();
            first.Kill();
        }

        var handled = new List<string>();
        for (var i = 2; i < Policy.MaxAttempts; i++)
        {
            using var worker = Start("poison");
            while (await worker.ReadAsync() is { } line && line != $"poison {i}") handled.Add(line);
            worker.Kill();
        }

        var received = new Received((delivery, _) => new(
            delivery.Attempt >= Policy.MaxAttempts ? QueueSettlement.Dead(DeadLetterReasons.AttemptsExhausted) : QueueSettlement.Done));
        await ConsumeAsync(received, concurrency: 4, prefetch: 8);
        await DeadAsync(1);
        await EmptyAsync();
        // The others were in hand once when the process died, and not when it died again.
        Assert.Equal(["a 2", "b 2", "c 2", "poison 4"], handled.Where(line => line != "ready").Concat(
            received.Attempts.Select(seen => $"{seen.Text} {seen.Attempt}")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_message_is_handled_though_consumers_are_killed_all_the_time()
    {
        await DeclareAsync("main");
        var handled = new HashSet<string>();
        var texts = Enumerable.Range(0, 300).Select(i => "m" + i).ToArray();
        using (var first = await StartAsync("work"))
        {
            await SendAsync(texts[..150]);
            for (var i = 0; i < 20; i++) handled.Add((await first.ReadAsync())!.Split(' ')[0]);
            first.Kill();
            foreach (var line in (await first.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                handled.Add(line.Split(' ')[0]);
            }
        }

        await SendAsync(texts[150..]);
        var received = new Received();
        await ConsumeAsync(received, concurrency: 4, prefetch: 16);
        await EmptyAsync();
        Assert.Empty(texts.Except(received.Texts).Except(handled));
    }

    private async Task<ChildProcess> StartAsync(string verb)
    {
        var worker = Start(verb);
        await worker.WaitForAsync("ready");
        return worker;
    }

    private ChildProcess Start(string verb) => ChildProcess.Start("Fan.Database.Worker", verb, Database.Kind, Database.Place, Service);
}

public sealed class PostgresProcessFaultTests(PostgresServers servers) : ProcessFaultTests
{
    private PostgresQueueHarness? _harness;

    protected override (string Kind, string Place) Database => ("postgres", _harness!.Options.Postgres!);

    protected override async Task<IQueueHarness> CreateHarnessAsync() => _harness = new PostgresQueueHarness(await servers.SharedAsync());
}

public sealed class SqliteProcessFaultTests : ProcessFaultTests
{
    private SqliteQueueHarness? _harness;

    protected override (string Kind, string Place) Database => ("sqlite", _harness!.Options.Sqlite!);

    protected override Task<IQueueHarness> CreateHarnessAsync() => Task.FromResult<IQueueHarness>(_harness = new SqliteQueueHarness());
}
