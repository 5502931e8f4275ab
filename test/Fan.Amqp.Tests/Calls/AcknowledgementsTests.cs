using CsCheck;
using Fan.Amqp.Serving;

namespace Fan.Amqp.Tests.Calls;

public sealed class AcknowledgementsTests
{
    [Fact]
    public void Each_message_is_acknowledged_once_and_only_when_it_is_done() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[0, 1000].Array[1, 400]).Sample((prefetch, choices) =>
        {
            var broker = new Broker();
            var acknowledgements = new Acknowledgements(broker.AcknowledgeAsync, prefetch);
            var inHand = new List<Unacknowledged>();
            ulong last = 0;
            foreach (var choice in choices)
            {
                // As the broker does: no more than the prefetch are delivered and without acknowledgement.
                if (choice % 2 == 0 && broker.Open.Count < prefetch)
                {
                    var message = new Unacknowledged(++last, choice);
                    broker.Open.Add(message.Tag);
                    acknowledgements.Begin(message);
                    inHand.Add(message);
                }
                else if (inHand.Count > 0)
                {
                    var message = inHand[choice % inHand.Count];
                    inHand.Remove(message);
                    broker.InHand = [.. inHand.Select(other => other.Tag)];
                    Assert.True(acknowledgements.EndAsync(message, CancellationToken.None).AsTask().IsCompletedSuccessfully);
                }

                // What is done and waits leaves room for others.
                Assert.True(broker.Open.Count - inHand.Count < Math.Max(1, prefetch / 4));
            }

            broker.InHand = [.. inHand.Select(other => other.Tag)];
            Assert.True(acknowledgements.FlushAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully);
            Assert.Equal(broker.InHand, broker.Open);
        });

    [Fact]
    public async Task Many_that_are_done_in_order_take_one_acknowledgement()
    {
        var broker = new Broker();
        var acknowledgements = new Acknowledgements(broker.AcknowledgeAsync, 500);
        var messages = Enumerable.Range(1, 64).Select(tag => new Unacknowledged((ulong)tag, 10)).ToList();
        foreach (var message in messages)
        {
            broker.Open.Add(message.Tag);
            acknowledgements.Begin(message);
        }

        foreach (var message in messages) await acknowledgements.EndAsync(message, CancellationToken.None);
        Assert.Equal((2, 0), (broker.Acknowledged, broker.Open.Count));
    }

    /// <summary>What RabbitMQ does with acknowledgements: it ends the channel over one that it does not know.</summary>
    private sealed class Broker
    {
        public SortedSet<ulong> Open { get; } = [];

        public SortedSet<ulong> InHand { get; set; } = [];

        public int Acknowledged { get; private set; }

        public ValueTask AcknowledgeAsync(ulong tag, bool multiple, CancellationToken cancellationToken)
        {
            Assert.Contains(tag, Open);
            Assert.DoesNotContain(InHand, other => multiple ? other <= tag : other == tag);
            if (multiple) Open.RemoveWhere(other => other <= tag);
            else Open.Remove(tag);
            Acknowledged++;
            return default;
        }
    }
}
