using Fan.Cli.Sessions;

namespace Fan.Cli.Listing;

/// <summary>A queue on one transport in one line. What the broker does not tell is not there.</summary>
internal sealed record QueueSummary
{
    /// <summary><c>service/group</c>.</summary>
    public required string Queue { get; init; }

    public required string Transport { get; init; }

    public long? Waiting { get; init; }

    public long? Scheduled { get; init; }

    public long? InFlight { get; init; }

    public long? Dead { get; init; }

    public int? Consumers { get; init; }

    /// <summary>The age of the oldest message that is not yet handled, in milliseconds.</summary>
    public long? OldestMs { get; init; }

    /// <summary>Why nothing is known of it.</summary>
    public string? Problem { get; init; }

    public static async Task<IReadOnlyList<QueueSummary>> OfAsync(OpenedQueue queue, CancellationToken cancellationToken)
    {
        var name = queue.Name.ToString();
        var found = queue.Missing.Select(missing => new QueueSummary
        {
            Queue = name,
            Transport = missing,
            Problem = $"this tool can't open '{missing}': {Sessions.QueueKinds.Remedy(missing)}"
        }).ToList();
        foreach (var transport in queue.Transports)
        {
            try
            {
                var status = await transport.Administration.GetStatusAsync(queue.Name, cancellationToken).ConfigureAwait(false);
                found.Add(new QueueSummary
                {
                    Queue = name,
                    Transport = transport.Name,
                    Waiting = status?.Waiting,
                    Scheduled = status?.Scheduled,
                    InFlight = status?.InFlight,
                    Dead = status?.Dead,
                    Consumers = status?.Consumers,
                    OldestMs = (long?)status?.OldestAge?.TotalMilliseconds,
                    Problem = status is null ? $"it is registered, but not there on '{transport.Name}'" : null,
                });
            }
            catch (ServiceUnavailableException error)
            {
                found.Add(new QueueSummary { Queue = name, Transport = transport.Name, Problem = error.Message });
            }
        }

        return found;
    }
}
