using System.Runtime.InteropServices;
using Fan.Cli.Output;
using Fan.Cli.Sessions;
using Fan.Coordination;
using Fan.Discovery;
using Fan.Sharding;

namespace Fan.Cli.Health;

/// <summary>Looks at the tool, the store and what is registered in it.</summary>
internal static class StoreChecks
{
    // A list of hundreds helps nobody; --json of ls and info have all.
    private const int MaxShown = 20;
    private const int Reads = 5;
    private static readonly TimeSpan SlowRoundTrip = TimeSpan.FromMilliseconds(200);

    public static IEnumerable<Check> OfTool(ToolSession session, TimeProvider clock)
    {
        yield return Check.Ok(
            "versions",
            $"fan {ToolVersion.Tool}, library {ToolVersion.Library}, {RuntimeInformation.FrameworkDescription}, " +
            $"{RuntimeInformation.RuntimeIdentifier}");
        yield return Check.Ok("configuration", $"store {session.Store.DisplayName} (from {session.Choice.Source})");
        yield return Check.Ok(
            "clock",
            $"{clock.GetUtcNow():yyyy-MM-dd HH:mm:ss}Z here; not compared: this store tells no time, " +
            "and calls carry the time that is left, never a clock's");
    }

    public static async Task<Check> RoundTripAsync(ICoordinationStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var times = new List<TimeSpan>();
        for (var i = 0; i < Reads; i++)
        {
            var start = clock.GetTimestamp();
            await store.SyncAsync(cancellationToken).ConfigureAwait(false);
            await store.GetAsync("/", cancellationToken).ConfigureAwait(false);
            times.Add(clock.GetElapsedTime(start));
        }

        times.Sort();
        var detail =
            $"reachable; a read takes {times[Reads / 2].TotalMilliseconds:0.00} ms (median of {Reads}, " +
            $"longest {times[^1].TotalMilliseconds:0.00} ms)";
        return times[Reads / 2] < SlowRoundTrip
            ? Check.Ok("store", detail)
            : Check.Warning("store", detail, "It is slow: look at the load of its machine, and at the network to it.");
    }

    public static Check Session(ICoordinationStore store) => store.State == SessionState.Connected
        ? Check.Ok("session", $"connected, id {store.SessionId:x}")
        : Check.Failed("session", $"{store.State}, id {store.SessionId:x}", "The store was lost in between: run it again.");

    /// <summary>What the store tells of itself, where its kind does.</summary>
    public static async Task<IReadOnlyList<Check>> OfItselfAsync(ICoordinationStore store, CancellationToken cancellationToken)
    {
        var checks = new List<Check>();
        if (store is not IStoreDiagnostics diagnostics) return checks;
        try
        {
            await foreach (var finding in diagnostics.DiagnoseAsync(cancellationToken).ConfigureAwait(false)) checks.Add(Of(finding));
        }
        catch (StoreException error)
        {
            checks.Add(Check.Failed("store", error.Message, "The store was lost in between: run it again."));
        }

        return checks;
    }

    public static IEnumerable<Check> OfListing(EndpointListing listing, IReadOnlyList<GarbageNode> garbage)
    {
        var services = listing.Endpoints.Select(endpoint => endpoint.Service).Distinct(StringComparer.Ordinal).Count();
        var applications = listing.Endpoints.Select(endpoint => endpoint.Description.Application).OfType<string>()
            .Distinct(StringComparer.Ordinal).Count();
        yield return listing.Endpoints.Count > 0
            ? Check.Ok(
                "registered",
                $"{Count(services, "service")}, {Count(listing.Endpoints.Count, "endpoint")}, {Count(applications, "application")}")
            : Check.Warning("registered", "nothing", "Start a service, or name the store that the services use: --store or FAN_STORE.");
        foreach (var check in OfGarbage(garbage)) yield return check;
        if (listing.Barriers.Count == 0) yield return Check.Ok("barriers", "none");
        foreach (var barrier in listing.Barriers.Take(MaxShown))
        {
            yield return Check.Warning(
                "barrier", $"{barrier} holds registrations back", $"Delete {barrier}/{EndpointPath.Barrier} when they may come.");
        }

        if (listing.Barriers.Count > MaxShown)
        {
            yield return Check.Warning("barrier", $"and {listing.Barriers.Count - MaxShown} more", "See above.");
        }
    }

    /// <summary>Whether each worker of sharded services is one process.</summary>
    public static IEnumerable<Check> OfWorkers(EndpointListing listing)
    {
        var workers = listing.Endpoints.Select(SharedWorkerName.WorkerOf).OfType<string>().Distinct(StringComparer.Ordinal).Count();
        if (workers == 0) yield break;
        var shared = SharedWorkerName.Find(listing.Endpoints);
        if (shared.Count == 0) yield return Check.Ok("workers", $"{Count(workers, "worker")}, each one process");
        foreach (var name in shared.Take(MaxShown)) yield return Check.Warning("worker", name.ToString(), SharedWorkerName.Advice);
        if (shared.Count > MaxShown) yield return Check.Warning("worker", $"and {shared.Count - MaxShown} more", "See above.");
    }

    private static IEnumerable<Check> OfGarbage(IReadOnlyList<GarbageNode> garbage)
    {
        if (garbage.Count == 0) yield return Check.Ok("nodes", "all can be read, and stand under SemVer versions");
        foreach (var node in garbage.Take(MaxShown))
        {
            yield return Check.Warning("node", $"{node.Path}: {node.Reason}", node.IsHeld
                ? "Everybody passes it by. It goes with the session of who wrote it, or has nodes below it: correct who writes it."
                : "Everybody passes it by: correct who writes it, or remove it with 'fan doctor --repair'.");
        }

        if (garbage.Count > MaxShown) yield return Check.Warning("node", $"and {garbage.Count - MaxShown} more", "See above.");
    }

    private static Check Of(StoreFinding finding) => new(
        finding.Check,
        finding.Status switch
        {
            StoreFindingStatus.Ok => CheckStatus.Ok,
            StoreFindingStatus.Warning => CheckStatus.Warning,
            _ => CheckStatus.Failed
        },
        finding.Detail,
        finding.Advice);

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
