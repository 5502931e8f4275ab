using Fan.Brokers;
using Fan.Redis.Connections;
using Fan.Redis.Messages;
using Microsoft.Extensions.Logging;

namespace Fan.Redis.Calling;

/// <summary>Keeps the caller visible, and looks whether calls in flight can still be answered.</summary>
internal sealed class RedisCallWatch(CallInbox inbox, FanRedisOptions options, TimeProvider clock, ILogger logger)
{
    public async Task RunAsync(CancellationToken closing)
    {
        using var timer = new PeriodicTimer(options.ProbeInterval, clock);
        var heard = clock.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(closing).ConfigureAwait(false))
            {
                List<RedisCall> old = [];
                try
                {
                    var isKept = await inbox.KeepAsync().ConfigureAwait(false);
                    inbox.Pending.FindOld(old);
                    foreach (var call in old) await call.RetryAsync().ConfigureAwait(false);
                    foreach (var ofTarget in old.GroupBy(call => call.Target.Id, StringComparer.Ordinal))
                    {
                        await ProbeAsync(ofTarget.Key, ofTarget).ConfigureAwait(false);
                    }

                    // A server that refuses to be asked tells nothing of them either.
                    if (isKept) heard = clock.GetTimestamp();
                }
                catch (Exception error) when (!closing.IsCancellationRequested)
                {
                    if (error is not RedisAwayException) RedisCallLog.ReadFailed(logger, error, error.Message);
                    // Of processes that can't be seen for so long nothing is known.
                    if (clock.GetElapsedTime(heard) > options.LivenessTimeout)
                    {
                        inbox.Lost(old.Select(call => call.Number), error.Message.TrimEnd('.'));
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Closing.
        }
    }

    private async Task ProbeAsync(string target, IEnumerable<RedisCall> calls)
    {
        foreach (var some in calls.Select(call => call.Number).Chunk(CallNumbers.Most))
        {
            if (!await inbox.ProbeAsync(target, some).ConfigureAwait(false)) inbox.Lost(some, "its process has gone");
        }
    }
}
