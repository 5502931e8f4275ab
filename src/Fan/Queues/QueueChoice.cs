using System.Collections.Frozen;
using Fan.Queues.Local;
using Fan.Routing;

namespace Fan.Queues;

/// <summary>
/// Which queue transport a push takes, or a subscription consumes: what is configured for the method, the service, everything; then where
/// the service's queues are registered; then the only durable transport that the application has; then memory. Safe from any thread.
/// </summary>
internal sealed class QueueChoice(
    IEnumerable<IQueueTransport> transports,
    LocalQueueTransport local,
    RouteTable table,
    QueueDirectory directory,
    IReadOnlySet<string> hosted)
{
    private const string AnyMethod = "*";

    private readonly FrozenDictionary<string, IQueueTransport> _byName = transports.ToFrozenDictionary(
        transport => transport.Name, StringComparer.Ordinal);

    /// <summary>The queue transports that the application has, besides memory.</summary>
    public IReadOnlyList<IQueueTransport> Transports => _byName.Values;

    public LocalQueueTransport Local => local;

    /// <summary>Whether pushes of a method that this application handles go to its own memory.</summary>
    public bool IsInMemory(string service, string method) =>
        hosted.Contains(service)
        && (table.PushesOf(service, method) is { } name ? name == LocalQueueTransport.TransportName : _byName.Count == 0);

    /// <summary>Why this application can't tell where pushes to a service that it hosts go; null when it can.</summary>
    public string? ProblemOfHost(string service, IEnumerable<string> methods) =>
        _byName.Count > 1 && methods.Any(method => table.PushesOf(service, method) is null) ? Undecided(service) : null;

    /// <summary>Where a push goes.</summary>
    public ValueTask<QueueRoute> FindAsync(string service, string method, CancellationToken cancellationToken)
    {
        if (table.PushesOf(service, method) is { } name)
        {
            return new(name == LocalQueueTransport.TransportName ? InMemory(service) : new QueueRoute(_byName[name], IsCertain: true));
        }

        if (_byName.Count == 0) return new(InMemory(service));
        return _byName.Count == 1 && hosted.Contains(service)
            ? new(new QueueRoute(_byName.Values[0], IsCertain: true))
            : FindRegisteredAsync(service, cancellationToken);
    }

    /// <summary>The memory of this process, if it hosts the service; otherwise that of the process that does.</summary>
    public QueueRoute InMemory(string service) => hosted.Contains(service) ? new QueueRoute(local, IsCertain: true) : default;

    /// <summary>What a group of a service consumes so that no push to it is missed, wherever this application's rules send it.</summary>
    /// <exception cref="InvalidOperationException">
    /// It can't be told, or the pushes come nowhere where this application could take them.
    /// </exception>
    public async ValueTask<IReadOnlyList<IQueueTransport>> ForConsumerAsync(
        QueueName queue, IEnumerable<string> methods, CancellationToken cancellationToken)
    {
        var found = new HashSet<IQueueTransport>();
        var isOpen = false;
        // Who takes whatever comes may be sent what is routed by method as well.
        foreach (var method in methods.DefaultIfEmpty(AnyMethod)
            .Concat(table.PushMethodsOf(queue.Service))
            .Distinct(StringComparer.Ordinal))
        {
            if (table.PushesOf(queue.Service, method) is not { } name) isOpen = true;
            else found.Add(name == LocalQueueTransport.TransportName ? local : _byName[name]);
        }

        if (isOpen) found.UnionWith(await ForOpenMethodsAsync(queue, cancellationToken).ConfigureAwait(false));
        // The memory of another process is out of reach.
        if (!hosted.Contains(queue.Service) && found.Contains(local))
        {
            throw new InvalidOperationException(
                $"Pushes to '{queue.Service}', which another application hosts, " +
                "can be subscribed to over a queue transport only: add one to both.");
        }

        return [.. found];
    }

    private async ValueTask<IEnumerable<IQueueTransport>> ForOpenMethodsAsync(QueueName queue, CancellationToken cancellationToken)
    {
        if (_byName.Count == 0) return [local];
        // The host decides where its pushes go; others find out.
        var registered = hosted.Contains(queue.Service)
            ? []
            : await directory.TransportsOfAsync(queue.Service, cancellationToken).ConfigureAwait(false);
        var known = registered.Where(_byName.ContainsKey).Select(name => _byName[name]).ToList();
        if (known.Count > 0) return known;
        if (_byName.Count == 1) return _byName.Values;
        throw new InvalidOperationException(Undecided(queue.Service));
    }

    private async ValueTask<QueueRoute> FindRegisteredAsync(string service, CancellationToken cancellationToken)
    {
        var registered = await directory.TransportsOfAsync(service, cancellationToken).ConfigureAwait(false);
        foreach (var name in registered)
        {
            if (_byName.TryGetValue(name, out var transport)) return new QueueRoute(transport, IsCertain: true);
        }

        // Registered where we can't go: whoever hosts it can.
        return registered.Count == 0 && _byName.Count == 1 ? new QueueRoute(_byName.Values[0], IsCertain: false) : InMemory(service);
    }

    private string Undecided(string service) =>
        $"The application has several queue transports ({string.Join(", ", _byName.Keys.Order(StringComparer.Ordinal))}): " +
        $"say which one the pushes of '{service}' take, in Fan:Routes:{service}:Pushes.";
}

/// <summary>Where a push goes.</summary>
/// <param name="Transport">The queues; null for the memory of the process that hosts the service.</param>
/// <param name="IsCertain">Whether that is known, or a guess that the transport may prove wrong.</param>
internal readonly record struct QueueRoute(IQueueTransport? Transport, bool IsCertain);
