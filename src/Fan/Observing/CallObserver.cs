using System.Globalization;
using System.Runtime.CompilerServices;
using Fan.Commits;
using Fan.Coordination;

namespace Fan.Observing;

/// <summary>Asks the applications to count, and sums up what they report.</summary>
internal sealed class CallObserver(StoreConnection connection) : ICallObserver
{
    private const int MaxServices = 256;

    public async IAsyncEnumerable<IReadOnlyDictionary<string, ObservedCalls>> ObserveAsync(
        IReadOnlyCollection<string> services, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Count > MaxServices)
        {
            throw new ArgumentException(
                $"At most {MaxServices} services are observed at once; these are {services.Count}.", nameof(services));
        }

        var store = await connection.OpenedAsync(cancellationToken).ConfigureAwait(false);
        var watch = await BeginAsync(store, services, cancellationToken).ConfigureAwait(false);
        // Of an application that ends the last report stays: what it counted has happened.
        var reports = new Dictionary<string, IReadOnlyDictionary<string, ObservedCalls>>(StringComparer.Ordinal);
        try
        {
            await foreach (var change in store.WatchAsync(ObservationPath.Reports, cancellationToken).ConfigureAwait(false))
            {
                var paths = change.Kind == StoreEventKind.Resync
                    ? (await store.GetChildrenAsync(ObservationPath.Reports, cancellationToken).ConfigureAwait(false) ?? []).Select(
                        name => StorePath.Join(ObservationPath.Reports, name))
                    : change.Path == ObservationPath.Reports ? [] : [change.Path];
                foreach (var path in paths)
                {
                    if (await ReadAsync(store, path, watch, cancellationToken).ConfigureAwait(false) is { } report) reports[path] = report;
                }

                yield return Sum(services, reports.Values);
            }
        }
        finally
        {
            await EndAsync(store, watch).ConfigureAwait(false);
        }
    }

    private static async Task<string> BeginAsync(
        ICoordinationStore store, IEnumerable<string> services, CancellationToken cancellationToken)
    {
        await store.CreateMissingAsync([CommitPath.Root, ObservationPath.Reports], cancellationToken).ConfigureAwait(false);
        if (!await CreateAsync(
            store,
            new StoreOperation.Create(ObservationPath.Wanted, ObservationJson.WriteWanted(services), NodeKind.Ephemeral),
            cancellationToken).ConfigureAwait(false))
        {
            throw new CommitConflictException(
                ObservationPath.Wanted, 0, "Somebody else watches calls at this moment; try again when they are done.");
        }

        var node = await store.GetAsync(ObservationPath.Wanted, cancellationToken).ConfigureAwait(false)
            ?? throw new StoreUnavailableException("The watch has gone with the session.");
        return node.CreatedTransaction.ToString(CultureInfo.InvariantCulture);
    }

    private static async ValueTask<bool> CreateAsync(
        ICoordinationStore store, StoreOperation.Create create, CancellationToken cancellationToken)
    {
        try
        {
            await store.CommitAsync([create], cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (StoreConflictException error) when (error.Conflict == StoreConflict.NodeExists)
        {
            return false;
        }
    }

    private static async ValueTask<IReadOnlyDictionary<string, ObservedCalls>?> ReadAsync(
        ICoordinationStore store, string path, string watch, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(path, cancellationToken).ConfigureAwait(false) is not { } node) return null;
        try
        {
            var (of, calls) = ObservationJson.Read(node.Data);
            return of == watch ? calls : null;
        }
        catch (FormatException)
        {
            // No application wrote it.
            return null;
        }
    }

    private static Dictionary<string, ObservedCalls> Sum(
        IEnumerable<string> services, IEnumerable<IReadOnlyDictionary<string, ObservedCalls>> reports)
    {
        var known = reports.ToList();
        return services.Distinct(StringComparer.Ordinal).ToDictionary(
            service => service, service => known.Aggregate(
                ObservedCalls.None,
                (sum, report) => report.TryGetValue(service, out var calls) ? sum.Plus(calls) : sum), StringComparer.Ordinal);
    }

    // Where it fails, the session's end takes the node away.
    private static async Task EndAsync(ICoordinationStore store, string watch)
    {
        try
        {
            if (await store.GetAsync(ObservationPath.Wanted).ConfigureAwait(false) is { } node
                && node.CreatedTransaction.ToString(CultureInfo.InvariantCulture) == watch)
                await store.CommitAsync([new StoreOperation.Delete(ObservationPath.Wanted)]).ConfigureAwait(false);
        }
        catch (StoreException)
        {
            // As said.
        }
    }
}
