using Fan.Messaging;
using Fan.Queues;

namespace Fan.Conformance.Queues;

/// <summary>Who gets what, and as it was sent.</summary>
public abstract class QueueDeliveryConformance : QueueConformance
{
    [Fact]
    public async Task A_message_arrives_as_it_was_sent()
    {
        await DeclareAsync("main");
        var payload = Enumerable.Range(0, 3000).Select(i => (byte)i).ToArray();
        var headers = new MessageHeaders
        {
            MessageId = NextId(),
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            TraceState = "a=b",
            Baggage = "shop=42,name=%C5%BE",
            ShardKeys = "42,a%2Cb",
            Caller = "front",
            User = "ann",
            Snapshot = 7,
            VersionRange = "^1.2",
        };
        var sent = new QueueMessage
        {
            Id = headers.MessageId,
            Service = Service,
            Method = "stock_changed",
            Headers = headers,
            ContentType = "application/vnd.test+json",
            Payload = payload,
            Key = "ž ključ/42",
            TimeToLive = TimeSpan.FromHours(1),
        };
        await Transport.SendAsync(sent, Token);

        var source = new TaskCompletionSource<QueueDelivery>();
        var bytes = Array.Empty<byte>();
        await ConsumeAsync((delivery, _) =>
        {
            bytes = delivery.Message.Payload.ToArray();
            source.TrySetResult(delivery);
            return new(QueueSettlement.Done);
        });
        var got = await source.Task.WaitAsync(Eventually.Deadline, Token);
        Assert.Equal(payload, bytes);
        Assert.Equal(
            (sent.Id, Service, "stock_changed", "application/vnd.test+json", "ž ključ/42", 1),
            (got.Message.Id, got.Message.Service, got.Message.Method, got.Message.ContentType, got.Message.Key, got.Attempt));
        Assert.Equivalent(headers, got.Message.Headers, strict: true);
        Assert.Equal(Main, got.Queue);
        Assert.InRange(got.Message.TimeToLive!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        await EmptyAsync();
    }

    [Fact]
    public async Task Every_group_gets_a_copy_and_consumers_of_one_group_share_theirs()
    {
        await DeclareAsync("main", "audit");
        var other = await Harness.OpenAsync();
        Received first = new(), second = new(), audit = new();
        await ConsumeAsync(first.HandleAsync);
        await ConsumeAsync(second.HandleAsync, transport: other);
        await ConsumeAsync(audit.HandleAsync, "audit");
        var texts = Enumerable.Range(0, 40).Select(i => "m" + i).ToArray();
        await SendAsync(texts);
        await audit.AreAsync(40);
        await Eventually.TrueAsync(() => Task.FromResult(first.Count + second.Count >= 40), "the group has them");
        await EmptyAsync();
        await EmptyAsync("audit");
        Assert.Equal(texts.Order(), first.Texts.Concat(second.Texts).Order());
        Assert.Equal(texts.Order(), audit.Texts.Order());
    }

    [Fact]
    public async Task Messages_wait_for_a_group_that_is_declared_and_has_no_consumer()
    {
        await DeclareAsync("main");
        await SendAsync("a", "b");
        Assert.True((await StatusAsync())!.Waiting is null or 2);
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(2);
        Assert.Equal(["a", "b"], received.Texts);
    }

    [Fact]
    public async Task A_message_to_nobody_is_refused()
    {
        var error = await Assert.ThrowsAsync<NoSuchServiceException>(async () => await SendAsync("lost"));
        Assert.Equal(Service, error.Service);
        Assert.Null(await StatusAsync());
    }

    [Fact]
    public async Task Declaring_a_queue_again_keeps_what_is_in_it()
    {
        await DeclareAsync("main");
        await SendAsync("a");
        await DeclareAsync("main");
        Policy = Policy with { TimeToLive = TimeSpan.FromHours(2) };
        await DeclareAsync("main");
        var received = new Received();
        await ConsumeAsync(received);
        await received.AreAsync(1);
        await EmptyAsync();
        Assert.Single(received.Texts);
    }

    [Fact]
    public async Task No_more_are_handled_at_once_than_the_consumer_may()
    {
        await DeclareAsync("main");
        var release = new TaskCompletionSource();
        var received = new Received(async (_, _) =>
        {
            await release.Task;
            return QueueSettlement.Done;
        });
        await SendAsync([.. Enumerable.Range(0, 12).Select(i => "m" + i)]);
        await ConsumeAsync(received, concurrency: 3, prefetch: 5);
        await received.AreAsync(3);
        release.SetResult();
        await received.AreAsync(12);
        Assert.Equal(3, received.MostAtOnce);
    }

    [Fact]
    public async Task A_consumer_that_stops_finishes_what_is_in_hand_and_leaves_the_rest()
    {
        await DeclareAsync("main");
        var release = new TaskCompletionSource();
        var received = new Received(async (_, _) =>
        {
            await release.Task;
            return QueueSettlement.Done;
        });
        await SendAsync("a", "b", "c");
        var consumer = await ConsumeAsync(received, prefetch: 3);
        await received.AreAsync(1);
        var stopping = consumer.StopAsync(CancellationToken.None);
        Assert.False(stopping.IsCompleted);
        release.SetResult();
        await stopping.WaitAsync(Eventually.Deadline, Token);
        Assert.Equal(["a"], received.Texts);

        var next = new Received();
        await ConsumeAsync(next);
        await next.AreAsync(2);
        await EmptyAsync();
        Assert.Equal([("b", 1), ("c", 1)], next.Attempts.Select(seen => (seen.Text, CanTell(seen.Attempt))));
    }

    [Fact]
    public async Task A_consumer_that_must_end_now_gives_back_what_its_handler_leaves()
    {
        await DeclareAsync("main");
        var cancelled = new TaskCompletionSource();
        var received = new Received(async (_, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                cancelled.TrySetResult();
            }

            return QueueSettlement.Release;
        });
        await SendAsync("a");
        var consumer = await ConsumeAsync(received);
        await received.AreAsync(1);
        await consumer.StopAsync(new CancellationToken(canceled: true)).WaitAsync(Eventually.Deadline, Token);
        Assert.True(cancelled.Task.IsCompleted);
        var next = new Received();
        await ConsumeAsync(next);
        await next.AreAsync(1);
    }

    [Fact]
    public async Task A_full_queue_refuses_and_takes_again_when_there_is_room()
    {
        Policy = Policy with { MaxMessages = 10 };
        await DeclareAsync("main");
        // A broker may count with a delay, but not without an end.
        await Assert.ThrowsAsync<LimitExceededException>(async () =>
        {
            for (var i = 0; i < 5000; i++) await SendAsync("m" + i);
        });
        var received = new Received();
        await ConsumeAsync(received);
        await EmptyAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await SendAsync("again");
                    return true;
                }
                catch (LimitExceededException)
                {
                    return false;
                }
            },
            "there is room again");
    }

    /// <summary>Whether the broker tells a message that was given back unseen from one that was tried; the others override.</summary>
    protected virtual int CanTell(int attempt) => attempt;
}
