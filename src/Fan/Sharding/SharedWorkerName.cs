using Fan.Discovery;

namespace Fan.Sharding;

/// <summary>
/// Several processes that serve one service under one worker name, though a worker is one process. Each of its shards is with whoever got
/// the lock first.
/// </summary>
/// <param name="Service">The service, without brackets.</param>
/// <param name="Worker">The name.</param>
/// <param name="Processes">Two or more, for people; the one that came first is the first.</param>
internal sealed record SharedWorkerName(string Service, string Worker, IReadOnlyList<string> Processes)
{
    public const string Advice = "Give each process a name of its own (FanOptions.Worker), or end all but one of them.";

    private const int ShownOfInstance = 12;

    public override string ToString() =>
        $"{Processes.Count} processes serve '{Service}' as worker '{Worker}': {string.Join(" and ", Processes)}";

    /// <summary>Those among endpoints of any services, in the order of their names.</summary>
    public static IReadOnlyList<SharedWorkerName> Find(IEnumerable<Endpoint> endpoints) =>
    [
        .. endpoints.Where(endpoint => endpoint.Description.Instance is not null && WorkerOf(endpoint) is not null)
            .GroupBy(endpoint => (endpoint.Service, Worker: WorkerOf(endpoint)!))
            .Select(worker => new SharedWorkerName(worker.Key.Service, worker.Key.Worker, ProcessesOf(worker)))
            .Where(worker => worker.Processes.Count > 1)
            .OrderBy(worker => worker.Service, StringComparer.Ordinal).ThenBy(worker => worker.Worker, StringComparer.Ordinal),
    ];

    /// <summary>The endpoints of other processes that have a worker's name.</summary>
    public static IEnumerable<Endpoint> Others(EndpointSet set, string worker, string instance) =>
        set.All.Where(endpoint => WorkerOf(endpoint) == worker && endpoint.Description.Instance is { } other && other != instance);

    /// <summary>Each process once.</summary>
    public static IReadOnlyList<string> ProcessesOf(IEnumerable<Endpoint> endpoints) =>
    [
        .. endpoints.GroupBy(endpoint => endpoint.Description.Instance!, StringComparer.Ordinal)
            .Select(process => process.MinBy(endpoint => endpoint.Incarnation)!).OrderBy(endpoint => endpoint.Incarnation).Select(Process),
    ];

    /// <summary>The worker that an endpoint belongs to; null where it owns no shards.</summary>
    public static string? WorkerOf(Endpoint endpoint) => endpoint.Description.Properties.GetValueOrDefault(ShardOffer.WorkerProperty);

    /// <summary>As much of an instance as tells it from others.</summary>
    public static string Short(string instance) => instance[..Math.Min(ShownOfInstance, instance.Length)];

    private static string Process(Endpoint endpoint)
    {
        var (description, instance) = (endpoint.Description, endpoint.Description.Instance!);
        var place = description.Host is { } host ? $"{host}:{description.Port}" : description.Transport;
        return $"{description.Application ?? "an application"} at {place} (instance {Short(instance)})";
    }
}
