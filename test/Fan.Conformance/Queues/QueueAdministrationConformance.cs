using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>What people do with queues.</summary>
public abstract class QueueAdministrationConformance : QueueConformance
{
    [Fact]
    public async Task Dead_letters_go_back_on_request_and_are_tried_as_if_they_were_new()
    {
        await DeclareAsync("main");
        var works = false;
        var received = new Received(
            (_, _) => new(Volatile.Read(ref works) ? QueueSettlement.Done : QueueSettlement.Dead(DeadLetterReasons.Rejected, "broken")));
        await ConsumeAsync(received);
        await SendAsync("a", "b", "c");
        var letters = await DeadAsync(3);
        Volatile.Write(ref works, true);
        Assert.Equal(1, await Transport.Administration.RetryDeadAsync(Main, [letters[1].Message.Id], Token));
        await received.AreAsync(4);
        Assert.Equal(2, await Transport.Administration.RetryDeadAsync(Main, null, Token));
        await received.AreAsync(6);
        await EmptyAsync();
        Assert.Equal(letters[1].Message.Id, (await FindAsync(received, 3)).Id);
        Assert.All(received.Attempts.Skip(3), seen => Assert.Equal(1, seen.Attempt));
        Assert.Empty(await DeadAsync(0));

        Task<(string Id, string Text)> FindAsync(Received from, int index) =>
            Task.FromResult((letters.Single(letter => TextOf(letter.Message) == from.Texts[index]).Message.Id, from.Texts[index]));
    }

    [Fact]
    public async Task Purging_a_part_leaves_the_other()
    {
        await DeclareAsync("main");
        var received = new Received((_, _) => new(QueueSettlement.Dead(DeadLetterReasons.Rejected)));
        var consumer = await ConsumeAsync(received);
        await SendAsync("dead");
        await DeadAsync(1);
        await consumer.StopAsync(Token);
        await SendAsync("a", "b");
        Assert.Equal(2, await Transport.Administration.PurgeAsync(Main, QueuePart.Waiting, Token));
        await EmptyAsync();
        await DeadAsync(1);
        Assert.Equal(1, await Transport.Administration.PurgeAsync(Main, QueuePart.Dead, Token));
        await DeadAsync(0);
    }

    [Fact]
    public async Task A_deleted_queue_gets_no_copies_and_takes_what_was_in_it_along()
    {
        await DeclareAsync("main", "audit");
        await SendAsync("a");
        await Transport.Administration.DeleteAsync(new QueueName(Service, "audit"), Token);
        await Transport.Administration.DeleteAsync(new QueueName(Service, "audit"), Token);
        Assert.Null(await StatusAsync("audit"));
        await SendAsync("b");
        await DeclareAsync("audit");
        Received main = new(), audit = new();
        await ConsumeAsync(main);
        await ConsumeAsync(audit, "audit");
        await main.AreAsync(2);
        await SendAsync("c");
        await audit.AreAsync(1);
        Assert.Equal(["c"], audit.Texts);
    }

    [Fact]
    public async Task Consumers_are_counted_though_nothing_comes()
    {
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        var second = await ConsumeAsync(received.HandleAsync, transport: await Harness.OpenAsync());
        await Eventually.TrueAsync(async () => (await StatusAsync())!.Consumers == 2, "both are counted");
        await second.StopAsync(Token);
        await Eventually.TrueAsync(async () => (await StatusAsync())!.Consumers == 1, "one is left");
    }

    [Fact]
    public async Task The_status_tells_what_is_where_as_far_as_the_broker_does()
    {
        await DeclareAsync("main");
        var release = new TaskCompletionSource();
        var received = new Received(async (delivery, _) =>
        {
            if (TextOf(delivery.Message) == "dead") return QueueSettlement.Dead(DeadLetterReasons.Rejected);
            await release.Task;
            return QueueSettlement.Done;
        });
        await ConsumeAsync(received);
        await SendAsync("dead");
        await DeadAsync(1);
        await SendAsync("held", "a", "b");
        await received.AreAsync(2);
        await Transport.SendAsync(Message("later", delay: TimeSpan.FromHours(1)), Token);
        await Eventually.TrueAsync(
            async () => await StatusAsync() is { } status
                && status.Dead is null or 1
                && status.Scheduled is null or 1
                && status.Consumers is null or 1
                && (status.Waiting is null || status.InFlight is null || status.Waiting + status.InFlight == 3),
            "the status tells it");
        release.SetResult();
        await received.AreAsync(4);
    }
}
