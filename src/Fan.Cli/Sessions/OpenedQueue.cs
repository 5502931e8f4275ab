using Fan.Cli.Errors;
using Fan.Queues;

namespace Fan.Cli.Sessions;

/// <summary>A registered queue, on each of its transports that the tool can open.</summary>
internal sealed record OpenedQueue(QueueRegistration Registration, IReadOnlyList<IQueueTransport> Transports)
{
    public QueueName Name => Registration.Queue;

    /// <summary>The transports that the tool can't open.</summary>
    public IEnumerable<string> Missing =>
        Registration.Transports.Except(Transports.Select(transport => transport.Name), StringComparer.Ordinal);

    public static async Task<IReadOnlyList<OpenedQueue>> AllAsync(ToolSession session, CancellationToken cancellationToken)
    {
        var registered = await session.Queues.ListAsync(cancellationToken).ConfigureAwait(false);
        var known = session.QueueTransports;
        return [.. registered.OrderBy(one => one.Queue.ToString(), StringComparer.Ordinal)
            .Select(one => new OpenedQueue(
                one, [.. known.Where(transport => one.Transports.Contains(transport.Name, StringComparer.Ordinal))]))];
    }

    /// <exception cref="NoSuchServiceException">No such queue is registered.</exception>
    /// <exception cref="UsageException">The name is none, or the tool can't open the queue's transport.</exception>
    public static async Task<OpenedQueue> FindAsync(ToolSession session, string text, CancellationToken cancellationToken)
    {
        var name = Parse(text);
        var all = await AllAsync(session, cancellationToken).ConfigureAwait(false);
        if (all.FirstOrDefault(queue => queue.Name == name) is not { } found)
        {
            var error = new NoSuchServiceException(name.Service, $"No queue '{name}' is registered.");
            var near = Hints.Nearest(name.ToString(), all.Select(queue => queue.Name.ToString()));
            Hints.Add(error, near is null ? "'fan queue ls' shows what there is." : $"Did you mean '{near}'?");
            throw error;
        }

        if (found.Missing.FirstOrDefault() is { } missing)
            throw new UsageException($"Queue '{name}' is on '{missing}', which this tool can't open: {QueueKinds.Remedy(missing)}.");
        return found;
    }

    private static QueueName Parse(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        // As elsewhere, brackets may stand in the name.
        var service = ServiceName.Parse(slash < 0 ? text : text[..slash]).Canonical;
        return slash < 0 ? new QueueName(service) : new QueueName(service, text[(slash + 1)..]);
    }
}
