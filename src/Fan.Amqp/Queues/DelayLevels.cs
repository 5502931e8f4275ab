using System.Numerics;
using Fan.Amqp.Messages;
using RabbitMQ.Client;

namespace Fan.Amqp.Queues;

/// <summary>
/// Keeps messages back at the broker, without anybody's clock: queues whose messages live 16 ms, 32 ms, 64 ms … and then go on. A delay
/// is a binary number; a message waits on the levels whose digits are one. All services share them.
/// </summary>
/// <remarks>
/// The routing key has the digits, the highest first, then the words of where it goes at last. Every queue hands on with confirmation, so
/// that a message is never in none.
/// </remarks>
internal static class DelayLevels
{
    /// <summary>The exchange (topic, durable) where messages come out.</summary>
    public const string Due = "fan.due";

    /// <summary>The longest delay: 49 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(UnitMilliseconds * ((1L << Levels) - 1));

    private const int UnitMilliseconds = 16;
    private const int Levels = 28;

    private static readonly string AnyDigits = string.Concat(Enumerable.Repeat("*.", Levels));

    /// <summary>The pattern at <see cref="Due"/> for what goes to these words.</summary>
    public static string Pattern(string words) => AnyDigits + words;

    /// <summary>The exchange to publish to, and the routing key; a delay below one unit is rounded up to it.</summary>
    public static (string Exchange, string RoutingKey) Route(TimeSpan delay, string words)
    {
        var units = (uint)Math.Clamp((long)Math.Ceiling(delay.TotalMilliseconds / UnitMilliseconds), 1, (1L << Levels) - 1);
        var digits = string.Create(Levels * 2, units, static (text, units) =>
        {
            for (var i = 0; i < Levels; i++) (text[i * 2], text[(i * 2) + 1]) = ((units >> (Levels - 1 - i) & 1) == 1 ? '1' : '0', '.');
        });
        return (Exchange(BitOperations.Log2(units)), digits + words);
    }

    /// <summary>Makes what is missing of it.</summary>
    public static async Task DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.ExchangeDeclareAsync(
            Due, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
        for (var level = 0; level < Levels; level++)
        {
            var (exchange, next) = (Exchange(level), level == 0 ? Due : Exchange(level - 1));
            await channel.ExchangeDeclareAsync(
                exchange, ExchangeType.Topic, durable: true, autoDelete: false, cancellationToken: cancellationToken).ConfigureAwait(false);
            var arguments = QuorumQueue.Arguments();
            arguments["x-message-ttl"] = (long)UnitMilliseconds << level;
            QuorumQueue.HandOn(arguments, next, null);
            await channel.QueueDeclareAsync(
                exchange,
                durable: true,
                exclusive: false,
                autoDelete: false,
                arguments,
                cancellationToken: cancellationToken).ConfigureAwait(false);
            var before = string.Concat(Enumerable.Repeat("*.", Levels - 1 - level));
            await channel.QueueBindAsync(exchange, exchange, before + "1.#", cancellationToken: cancellationToken).ConfigureAwait(false);
            await channel.ExchangeBindAsync(next, exchange, before + "0.#", cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Exchange(int level) => $"fan.delay.{level:00}";
}
