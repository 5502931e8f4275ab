using Fan.Amqp.Connections;
using Fan.Queues;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Fan.Amqp.Queues;

/// <summary>
/// Makes, finds and deletes the queues of groups. Safe from any thread: each use has a channel of its own, as the broker ends the channel
/// on which something is asked for that is not there.
/// </summary>
internal sealed class QueueTopology(BrokerConnection broker, TimeProvider clock)
{
    /// <summary>The bound of a queue whose policy has none.</summary>
    public const int DefaultMaxMessages = 1_000_000;

    // RabbitMQ writes down which quorum queues there are half a second after it has said that they are. One that is killed before has
    // the queue's name without the queue: what it accepted is lost, and it accepts nothing more.
    private static readonly TimeSpan WrittenDown = TimeSpan.FromSeconds(1);

    private const ushort NotFound = 404;
    private const ushort Differs = 406;

    private volatile IConnection? _delaysMadeOn;

    /// <summary>Makes the queues of a group; what exists stays as it is, as the broker can't change it.</summary>
    public async Task DeclareAsync(QueueName name, QueuePolicy policy, CancellationToken cancellationToken)
    {
        var queue = QueueNames.Queue(name);
        // The last one that is made: where it is, all queues are. Whoever consumes makes the bindings sure.
        if (await CountAsync(queue, cancellationToken).ConfigureAwait(false) is not null) return;
        await DeclareDelaysAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await UseAsync(channel => DeclareAsync(channel, queue, policy, cancellationToken), cancellationToken).ConfigureAwait(false);
            await Task.Delay(WrittenDown, clock, cancellationToken).ConfigureAwait(false);
            // Nothing is led to them before.
            await UseAsync(
                channel => BindAsync(channel, name.Service, queue, Partitions(policy), cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == Differs)
        {
            // Another one makes it just now, with its policy, or began to and ended: then a person must look.
            if (await CountAsync(queue, cancellationToken).ConfigureAwait(false) is null) throw;
        }
    }

    /// <summary>Makes those queues of a group that somebody deleted, and all that leads to them.</summary>
    /// <param name="name">The group.</param>
    /// <param name="policy">What it was declared with.</param>
    /// <param name="partitions">How many of its queues keep order.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The names of those that were missing.</returns>
    public async Task<IReadOnlyList<string>> DeclareAgainAsync(
        QueueName name, QueuePolicy policy, int partitions, CancellationToken cancellationToken)
    {
        var queue = QueueNames.Queue(name);
        var count = partitions > 0 ? partitions : Partitions(policy);
        var missing = new List<string>();
        // One by one, as what is there may have been made with another policy. The last one says that all are there.
        foreach (var one in Enumerable.Range(0, count)
            .Select(i => QueueNames.Partition(queue, i))
            .Prepend(QueueNames.Suspects(queue))
            .Prepend(QueueNames.Dead(queue))
            .Append(queue))
        {
            if (await CountAsync(one, cancellationToken).ConfigureAwait(false) is null) missing.Add(one);
        }

        ForgetDelays();
        await DeclareDelaysAsync(cancellationToken).ConfigureAwait(false);
        foreach (var one in missing)
        {
            await UseAsync(
                channel => MakeAsync(channel, one, ArgumentsOf(one, queue, policy), cancellationToken),
                cancellationToken).ConfigureAwait(false);
        }

        // Another process may have made them a moment ago. Nothing is led to them before they are written down.
        await Task.Delay(WrittenDown, clock, cancellationToken).ConfigureAwait(false);
        await BindAsync(name.Service, queue, policy, count, cancellationToken).ConfigureAwait(false);
        return missing;
    }

    /// <summary>Makes what is missing between the exchanges and the queues of a group, which are there.</summary>
    /// <remarks>
    /// Whoever declared it may have been killed before it was made. And RabbitMQ up to 3 can forget a binding that it has
    /// confirmed and used, which shows at its next start. Pushes would go past the group, and nobody would know.
    /// </remarks>
    public async Task BindAsync(string service, string queue, QueuePolicy policy, int partitions, CancellationToken cancellationToken)
    {
        await DeclareDelaysAsync(cancellationToken).ConfigureAwait(false);
        // Where they are not as many as the policy says, the group was made with another one, or one is missing: whose a slot is can't be
        // told then, and a second binding would be a second copy.
        await UseAsync(
            channel => BindAsync(channel, service, queue, partitions == Partitions(policy) ? partitions : 0, cancellationToken),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes the levels for delays; once for each connection.</summary>
    public async Task DeclareDelaysAsync(CancellationToken cancellationToken)
    {
        var connection = await broker.OpenAsync(cancellationToken).ConfigureAwait(false);
        if (ReferenceEquals(_delaysMadeOn, connection)) return;
        await UseAsync(channel => DelayLevels.DeclareAsync(channel, cancellationToken), cancellationToken).ConfigureAwait(false);
        _delaysMadeOn = connection;
    }

    /// <summary>Whether an error says that a queue or exchange is not there.</summary>
    public static bool IsNotFound(Exception error) => error is OperationInterruptedException { ShutdownReason.ReplyCode: NotFound };

    /// <summary>Lets the levels for delays be made again before they are used.</summary>
    public void ForgetDelays() => _delaysMadeOn = null;

    /// <summary>Whether the broker has the exchange for a service: with the first group that is declared for it.</summary>
    public async Task<bool> HasExchangeAsync(string service, CancellationToken cancellationToken)
    {
        try
        {
            await UseAsync(
                channel => channel.ExchangeDeclarePassiveAsync(QueueNames.Exchange(service), cancellationToken),
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
        {
            return false;
        }
    }

    /// <summary>What waits in a queue and who consumes it; null where there is none.</summary>
    public async Task<QueueDeclareOk?> CountAsync(string queue, CancellationToken cancellationToken)
    {
        QueueDeclareOk? found = null;
        try
        {
            await UseAsync(
                async channel => found = await channel.QueueDeclarePassiveAsync(queue, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
        {
            return null;
        }

        return found;
    }

    /// <summary>The queues of a group that keep order, as many as it was made with.</summary>
    public async Task<IReadOnlyList<string>> PartitionsAsync(string queue, CancellationToken cancellationToken)
    {
        var partitions = new List<string>();
        await UseAsync(
            async channel =>
            {
                try
                {
                    for (var i = 0; i < QueueNames.Slots; i++)
                    {
                        await channel.QueueDeclarePassiveAsync(QueueNames.Partition(queue, i), cancellationToken).ConfigureAwait(false);
                        partitions.Add(QueueNames.Partition(queue, i));
                    }
                }
                catch (OperationInterruptedException error) when (error.ShutdownReason?.ReplyCode == NotFound)
                {
                    // The one before was the last.
                }
            },
            cancellationToken).ConfigureAwait(false);
        return partitions;
    }

    /// <summary>Gives a channel to something that may end it.</summary>
    public async Task UseAsync(Func<IChannel, Task> use, CancellationToken cancellationToken)
    {
        var connection = await broker.OpenAsync(cancellationToken).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(false, false), cancellationToken).ConfigureAwait(false);
        try
        {
            await use(channel).ConfigureAwait(false);
        }
        finally
        {
            // Not longer than it takes where all is well: a broker that reads nothing answers nothing.
            await ChannelEnd.TryCloseAsync(channel).ConfigureAwait(false);
        }
    }

    private static async Task DeclareAsync(IChannel channel, string queue, QueuePolicy policy, CancellationToken cancellationToken)
    {
        var partitions = Partitions(policy);
        await MakeAsync(
            channel, QueueNames.Dead(queue), ArgumentsOf(QueueNames.Dead(queue), queue, policy), cancellationToken).ConfigureAwait(false);
        await MakeAsync(channel, QueueNames.Suspects(queue), Arguments(queue, policy), cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < partitions; i++)
        {
            await MakeAsync(
                channel,
                QueueNames.Partition(queue, i),
                ArgumentsOf(QueueNames.Partition(queue, i), queue, policy),
                cancellationToken).ConfigureAwait(false);
        }

        await MakeAsync(channel, queue, Arguments(queue, policy), cancellationToken).ConfigureAwait(false);
    }

    private static async Task BindAsync(IChannel channel, string service, string queue, int partitions, CancellationToken cancellationToken)
    {
        var exchange = QueueNames.Exchange(service);
        await channel.ExchangeDeclareAsync(
            exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.ExchangeBindAsync(
            exchange,
            DelayLevels.Due,
            DelayLevels.Pattern($"{QueueNames.Word(exchange)}.*"),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        for (var slot = 0; slot < QueueNames.Slots && partitions > 0; slot++)
        {
            await channel.QueueBindAsync(
                QueueNames.Partition(queue, slot % partitions),
                exchange,
                "#." + QueueNames.SlotKey(slot),
                noWait: slot < QueueNames.Slots - 1,
                cancellationToken: cancellationToken).ConfigureAwait(false);
        }

        await channel.QueueBindAsync(
            queue,
            DelayLevels.Due,
            DelayLevels.Pattern(QueueNames.Word(queue)),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        await channel.QueueBindAsync(
            queue, exchange, "#." + QueueNames.AnyOrder, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private static Task<QueueDeclareOk> MakeAsync(
        IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken cancellationToken) =>
        channel.QueueDeclareAsync(
            queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancellationToken);

    // Of any queue of a group.
    private static Dictionary<string, object?> ArgumentsOf(string one, string queue, QueuePolicy policy)
    {
        if (one == QueueNames.Dead(queue))
        {
            var dead = QuorumQueue.Arguments();
            dead["x-max-length"] = policy.MaxDeadLetters;
            dead["x-overflow"] = "drop-head";
            dead["x-message-ttl"] = Milliseconds(policy.DeadLetterRetention);
            return dead;
        }

        var arguments = Arguments(queue, policy);
        if (one != queue && one != QueueNames.Suspects(queue)) arguments["x-single-active-consumer"] = true;
        return arguments;
    }

    private static Dictionary<string, object?> Arguments(string queue, QueuePolicy policy)
    {
        var arguments = QuorumQueue.Arguments();
        QuorumQueue.HandOn(arguments, "", QueueNames.Dead(queue));
        arguments["x-max-length"] = policy.MaxMessages ?? DefaultMaxMessages;
        // Far behind the core's own count: only what no consumer lives to count comes here.
        arguments["x-delivery-limit"] = Math.Max(policy.MaxAttempts, 1) * 2;
        if (policy.TimeToLive is { } ttl) arguments["x-message-ttl"] = Milliseconds(ttl);
        return arguments;
    }

    private static int Partitions(QueuePolicy policy) => Math.Clamp(policy.Partitions, 1, QueueNames.Slots);

    private static long Milliseconds(TimeSpan time) => (long)Math.Clamp(time.TotalMilliseconds, 1, uint.MaxValue);
}
