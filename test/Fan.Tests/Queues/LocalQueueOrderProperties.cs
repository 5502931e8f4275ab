using CsCheck;
using Fan.Messaging;
using Fan.Queues;
using Fan.Queues.Local;

namespace Fan.Tests.Queues;

/// <summary>Whatever is sent and however it is settled, nothing is lost, nothing comes twice, and keys keep their order.</summary>
public sealed class LocalQueueOrderProperties
{
    private enum Fate
    {
        Done,
        Release,
        Retry,
        Dead,
    }

    private static readonly Gen<(int Key, Fate[] Fates)[]> Pushes = Gen.Select(Gen.Int[0, 3], Gen.Enum<Fate>().Array[0, 4]).Array[0, 30];

    [Fact]
    public async Task Any_mix_of_fates_keeps_the_order_of_every_key_and_every_message() =>
        await Pushes.SampleAsync(async pushes => Assert.Null(await RunAsync(pushes, consumers: 3)), iter: 300, threads: 2);

    // What is broken, if anything is.
    private static async Task<string?> RunAsync((int Key, Fate[] Fates)[] pushes, int consumers)
    {
        var clock = TimeProvider.System;
        using var queues = new LocalQueueTransport(clock);
        var queue = new QueueName("q");
        var policy = new QueuePolicy();
        await queues.DeclareAsync(queue, policy, CancellationToken.None);
        var gate = new Lock();
        var begun = new List<int>();
        var ended = new HashSet<int>();
        var running = new HashSet<int>();
        string? broken = null;
        var visits = new int[pushes.Length];

        ValueTask<QueueSettlement> Handle(QueueDelivery delivery, CancellationToken token)
        {
            var number = int.Parse(delivery.Message.Id, System.Globalization.CultureInfo.InvariantCulture);
            var (key, fates) = pushes[number];
            lock (gate)
            {
                begun.Add(number);
                if (key > 0 && !running.Add(key)) broken ??= $"two of key {key} at once";
                if (ended.Contains(number)) broken ??= $"{number} came again after its end";
                if (key > 0 && Enumerable.Range(0, number).Any(earlier => pushes[earlier].Key == key && !ended.Contains(earlier)))
                {
                    broken ??= $"{number} came before an earlier one of key {key}";
                }
                var visit = visits[number]++;
                var fate = visit < fates.Length ? fates[visit] : Fate.Done;
                if (fate is Fate.Done or Fate.Dead) ended.Add(number);
                running.Remove(key);
                return new(fate switch
                {
                    Fate.Release => QueueSettlement.Release,
                    Fate.Retry => QueueSettlement.Retry(TimeSpan.Zero),
                    Fate.Dead => QueueSettlement.Dead(DeadLetterReasons.Rejected),
                    _ => QueueSettlement.Done,
                });
            }
        }

        await using var consumer = await queues.ConsumeAsync(
            new QueueSubscription { Queue = queue, Policy = policy, Consumer = "test", Concurrency = consumers, Prefetch = consumers },
            Handle,
            CancellationToken.None);
        for (var i = 0; i < pushes.Length; i++)
        {
            await queues.SendAsync(
                new QueueMessage
                {
                    Id = i.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    Service = "q",
                    Method = "m",
                    Headers = new MessageHeaders(),
                    ContentType = "application/json",
                    Payload = default,
                    Key = pushes[i].Key == 0 ? null : "k" + pushes[i].Key,
                },
                CancellationToken.None);
        }

        await queues.DrainedAsync(queue, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        var dead = (await queues.PeekDeadAsync(queue, 100, CancellationToken.None)).Count;
        lock (gate)
        {
            if (ended.Count != pushes.Length) broken ??= $"{pushes.Length - ended.Count} were lost";
            if (dead != pushes.Where((push, _) => push.Fates.TakeWhile(fate => fate != Fate.Done).Contains(Fate.Dead)).Count())
            {
                broken ??= "the dead letters are not those that died";
            }
            return broken;
        }
    }
}
