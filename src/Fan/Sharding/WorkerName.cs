using Fan.Discovery;
using Microsoft.Extensions.Logging;

namespace Fan.Sharding;

/// <summary>
/// The name under which this process owns shards of one service, and whether another one lives that has it too. What has just ended, or is
/// about to, has the time of a session to go before it is told. <see cref="Look"/> has one caller; everything else is safe from any thread.
/// </summary>
internal sealed class WorkerName(string service, string worker, string application, string instance, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    // What is left of a lease where a session can't end.
    private static readonly TimeSpan LongestSession = TimeSpan.FromMinutes(2);

    private volatile IReadOnlyList<string> _others = [];
    private volatile string? _trouble;
    private long _since;
    private TimeSpan _grace;

    public string Worker => worker;

    /// <summary>This process, for people.</summary>
    public string Process => $"{application} (instance {SharedWorkerName.Short(instance)})";

    /// <summary>The other processes of this name that are registered, for people; none in most systems.</summary>
    public IReadOnlyList<string> Others => _others;

    /// <summary>That the name is another process's too, for people; null where it is not, or not for long enough to be sure.</summary>
    public string? Trouble => _trouble;

    /// <summary>Looks at what is registered; how long until it must be looked at again though nothing has changed, if so.</summary>
    /// <param name="set">The endpoints of the service.</param>
    /// <param name="lease">What is left of this process's lease: about what a process that was killed still has.</param>
    public TimeSpan? Look(EndpointSet set, TimeSpan lease)
    {
        var others = SharedWorkerName.ProcessesOf(SharedWorkerName.Others(set, worker, instance));
        if (others.Count == 0)
        {
            (_others, _trouble) = (others, null);
            return null;
        }

        if (_others.Count == 0) (_since, _grace) = (clock.GetTimestamp(), lease > Grace && lease < LongestSession ? lease : Grace);
        _others = others;
        var left = _grace - clock.GetElapsedTime(_since);
        if (left > TimeSpan.Zero) return left;
        var text = string.Join(", ", others);
        if (_trouble is null) ShardLog.NameShared(logger, service, worker, text);
        _trouble = $"'{service}' is served as worker '{worker}' by another process too: {text}";
        return null;
    }
}
