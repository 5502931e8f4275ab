using System.Globalization;
using Fan.Queues;
using Fan.Redis.Connections;
using StackExchange.Redis;

namespace Fan.Redis.Queues;

/// <summary>
/// The scripts of queues as methods. Safe from any thread. All throw <see cref="ServiceUnavailableException"/> where the server can't be
/// reached, or refuses.
/// </summary>
internal sealed class RedisQueues(RedisServer server)
{
    private readonly QueueScripts _scripts = new();

    public QueueScripts Scripts => _scripts;

    /// <summary>What the keys of a service begin with; in a cluster they are all on one node.</summary>
    public string Base(string service) => $"{server.Options.KeyPrefix}:{{{service}}}";

    /// <summary>Runs a script for a queue.</summary>
    public ValueTask<RedisResult> RunAsync(string script, QueueName queue, RedisValue[] arguments, CancellationToken cancellationToken) =>
        RunAsync(script, queue.Service, [queue.Group, .. arguments], cancellationToken);

    /// <summary>Runs a script for a service.</summary>
    public async ValueTask<RedisResult> RunAsync(string script, string service, RedisValue[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            return await server.Shared.RunAsync(script, [Base(service)], arguments, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisAwayException error)
        {
            throw new ServiceUnavailableException(service, error.Message, error);
        }
    }

    /// <summary>Makes a queue, or changes its policy; the name of its stream.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="policy">What it does by itself.</param>
    /// <param name="again">
    /// Whether it was declared before: then one that was deleted since is not made again, and the answer is null.
    /// </param>
    /// <param name="stream">
    /// The name of its stream at that time, so that what is left of it is found again; null where that is not known.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<string?> DeclareAsync(
        QueueName queue, QueuePolicy policy, bool again, string? stream, CancellationToken cancellationToken)
    {
        var text = string.Join(
            ' ',
            Milliseconds(policy.TimeToLive),
            Milliseconds(policy.RememberFor),
            (policy.MaxMessages ?? server.Options.MaxMessages).ToString(CultureInfo.InvariantCulture),
            Milliseconds(policy.DeadLetterRetention),
            policy.MaxDeadLetters.ToString(CultureInfo.InvariantCulture),
            Milliseconds(policy.LeaseTime));
        var result = await RunAsync(
            _scripts.Declare, queue, [text, again ? "1" : "0", stream?.Split(':')[^2] ?? ""], cancellationToken).ConfigureAwait(false);
        return result.IsNull ? null : (string)result! + ":ready";
    }

    /// <summary>Moves what is due and ends what is over its time; how long until there is more to do, null for never.</summary>
    public async ValueTask<TimeSpan?> SweepAsync(QueueName queue, CancellationToken cancellationToken)
    {
        while (true)
        {
            var left = (long)await RunAsync(_scripts.Sweep, queue, [], cancellationToken).ConfigureAwait(false);
            if (left != 0) return left < 0 ? null : TimeSpan.FromMilliseconds(left);
        }
    }

    public static string Milliseconds(TimeSpan? time) =>
        time is { } set ? ((long)Math.Ceiling(set.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture) : "-1";
}
