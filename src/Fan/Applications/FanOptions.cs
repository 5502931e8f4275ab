using Fan.Messaging;
using Fan.Settings;

namespace Fan;

/// <summary>The settings of an application. Checked as a whole when it starts.</summary>
public sealed class FanOptions
{
    /// <summary>
    /// The application's name: in endpoints, spans, and as the caller of its calls. Default: the host's application name.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>
    /// The longest a call may take when neither the caller nor the method says: up to 49 days, or <see cref="Timeout.InfiniteTimeSpan"/>
    /// for no limit. Default 30 s.
    /// </summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for a store that does not answer, when nothing is known of its service yet. Default 5 s.</summary>
    public TimeSpan DiscoveryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the start waits for the registration of the endpoints before it goes on without. Default 10 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the stop of the application may take: all steps of it share this time, <see cref="DrainDelay"/>, calls and pushes in hand,
    /// pushes in memory, transports and the store among them. What has not ended then is broken off, and told in the log; the process ends
    /// at most 2 s later. The host's shutdown timeout is raised where it is shorter. Configuration <c>Fan:DrainTimeout</c>. Default 10 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// When the application stops: how long it goes on serving after it has stopped being ready and has left the store. For callers that
    /// learn of it by health checks, such as load balancers: a little more than they need for it. Fan's own callers need none. It is part
    /// of <see cref="DrainTimeout"/>, and should leave room in it for the calls in hand. Configuration <c>Fan:DrainDelay</c>. Default zero.
    /// </summary>
    public TimeSpan DrainDelay { get; set; }

    /// <summary>
    /// How long after a switch has left it without calls the application stops by itself: no version that it hosts takes calls by any
    /// snapshot that a call may still read. Null, the default, lets it run. Within that time a revert gives the calls back to it. Callers
    /// that are not Fan's are not seen.
    /// </summary>
    public TimeSpan? StopAfterRetired { get; set; }

    /// <summary>
    /// The name under which this process owns shards; unique in the system: two processes of one name warn in their logs and are degraded.
    /// Give one that outlives restarts, e.g. <c>worker-3</c>, to own the same ones again. Default: the application's name and a part of its
    /// own that is new at each start.
    /// </summary>
    public string? Worker { get; set; }

    /// <summary>How large a part of the shards it takes, beside the others' capacities. Default 100.</summary>
    public int Capacity { get; set; } = 100;

    /// <summary>
    /// Whether typed calls within the process behave as those to another one: arguments and results are copied as they would cross a wire,
    /// arguments are checked, and what the service throws arrives as it would from afar. For tests, and before a service moves; the direct
    /// way is given up for it. Configuration <c>Fan:CopyLocalCalls</c>. Default false.
    /// </summary>
    public bool CopyLocalCalls { get; set; }

    /// <summary>The bounds of messages.</summary>
    public FanLimits Limits { get; } = new();

    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 128 || Name.Any(c => c is < ' ' or > '~'))
            yield return $"{nameof(Name)} must have 1 to 128 printable ASCII characters; it is '{Name}'.";
        if (DefaultTimeout == TimeSpan.Zero || !TimeLimit.IsAllowed(DefaultTimeout))
        {
            yield return $"{nameof(DefaultTimeout)} must be {TimeLimit.Rule}; it is {DefaultTimeout:c}.";
        }

        foreach (var (name, value) in new[]
        {
            (nameof(DiscoveryTimeout), DiscoveryTimeout),
            (nameof(StartTimeout), StartTimeout),
            (nameof(DrainTimeout), DrainTimeout)
        })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1))
            {
                yield return $"{name} must be above zero and at most a day; it is {value}.";
            }
        }

        if (DrainDelay < TimeSpan.Zero || DrainDelay > TimeSpan.FromHours(1))
        {
            yield return $"{nameof(DrainDelay)} must be from zero to an hour; it is {DrainDelay}.";
        }

        if (StopAfterRetired is { } left && (left < TimeSpan.Zero || left > TimeSpan.FromDays(30)))
        {
            yield return $"{nameof(StopAfterRetired)} must be from zero to 30 days; it is {left}.";
        }

        if (Worker is { } worker && (worker.Length is 0 or > 128 || worker.Any(c => c is <= ' ' or > '~')))
        {
            yield return $"{nameof(Worker)} must have 1 to 128 printable ASCII characters and no space; it is '{worker}'.";
        }

        if (Capacity is < 1 or > 1_000_000) yield return $"{nameof(Capacity)} must be from 1 to 1,000,000; it is {Capacity}.";
        foreach (var error in Limits.Validate()) yield return error;
    }
}
