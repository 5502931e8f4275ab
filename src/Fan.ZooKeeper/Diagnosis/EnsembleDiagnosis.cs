using Fan.Coordination;
using Fan.ZooKeeper.Client;

namespace Fan.ZooKeeper;

/// <summary>Looks at each server of the URL, and whether they are one ensemble that keeps up with its leader. For one run.</summary>
internal sealed class EnsembleDiagnosis(ZooKeeperClientOptions options, TimeProvider clock)
{
    // More behind than a busy follower is for a moment.
    private const long NotableLag = 1000;
    private const int NotableQueue = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<IReadOnlyList<StoreFinding>> RunAsync(CancellationToken cancellationToken)
    {
        var servers = await AskAllAsync(cancellationToken).ConfigureAwait(false);
        var all = servers.All(server => server.Report?.Mode is null);
        var findings = servers.Select(server => Tell(server, all)).ToList();
        findings.AddRange(TellRoles(servers));
        if (servers.FirstOrDefault(server => server.Report is { Mode: "leader", Zxid: not null }) is { } leader)
        {
            findings.AddRange(TellLag(leader, await AskAllAsync(cancellationToken).ConfigureAwait(false)));
            findings.Add(await TellQuorumAsync(leader.Address, cancellationToken).ConfigureAwait(false));
        }

        return findings;
    }

    private async Task<Server[]> AskAllAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll(options.Servers.Select(address => AskAsync(address, cancellationToken))).ConfigureAwait(false);

    private async Task<Server> AskAsync(ServerAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return new Server(address, ServerReport.Parse(
                await FourLetterWord.AskAsync(address, "srvr", options, Patience, clock, cancellationToken).ConfigureAwait(false)), null);
        }
        catch (ConnectionEndedException error)
        {
            return new Server(address, null, error.Message);
        }
    }

    private static StoreFinding Tell(Server server, bool noneServes) => server switch
    {
        { Trouble: { } trouble } => new StoreFinding(
            "server", noneServes ? StoreFindingStatus.Failed : StoreFindingStatus.Warning, trouble,
            "Start it, open its port, or take it out of the store's URL."),
        { Report: { IsNotAllowed: true } } => new StoreFinding(
            "server",
            StoreFindingStatus.Ok,
            $"{server.Address}: reachable; its role, version and load are not known, as it does not allow the word 'srvr'",
            "To see them, add srvr to its 4lw.commands.whitelist."),
        { Report: { Refusal: { } refusal } } => new StoreFinding(
            "server",
            noneServes ? StoreFindingStatus.Failed : StoreFindingStatus.Warning,
            $"{server.Address}: reachable, and does not serve: {refusal}",
            "It has no quorum, or is no ZooKeeper server: look at its log, and at the other servers."),
        { Report: { Mode: "read-only" } report } => new StoreFinding(
            "server",
            StoreFindingStatus.Warning,
            Describe(server.Address, report),
            "It has lost the other servers and only reads: look at the network between them."),
        { Report: { Outstanding: >= NotableQueue } report } => new StoreFinding(
            "server",
            StoreFindingStatus.Warning,
            Describe(server.Address, report),
            "Requests wait in it: look at the load and the disk of its machine."),
        { Report: { } report } => new StoreFinding("server", StoreFindingStatus.Ok, Describe(server.Address, report)),
        _ => throw new InvalidOperationException("A server has neither a report nor a trouble."),
    };

    private static string Describe(ServerAddress address, ServerReport report) =>
        $"{address}: {report.Mode ?? "role not told"}, version {report.Version}, {report.Connections} connections, " +
        $"{report.Outstanding} requests waiting, latency min/avg/max {report.Latency} ms";

    private static IEnumerable<StoreFinding> TellRoles(Server[] servers)
    {
        var leaders = servers.Where(server => server.Report is { Leads: true }).Select(server => server.Address).ToList();
        var known = servers.Count(server => server.Report?.Mode is not null);
        if (leaders.Count > 1)
        {
            yield return new StoreFinding(
                "ensemble",
                StoreFindingStatus.Failed,
                $"{string.Join(" and ", leaders)} lead each for itself: they are not one ensemble",
                "Name the servers of one ensemble only: applications would meet at random otherwise.");
        }
        else if (leaders.Count == 0 && known == servers.Length)
        {
            yield return new StoreFinding(
                "ensemble",
                StoreFindingStatus.Warning,
                "none of the servers leads: the leader is not in the URL, or there is none",
                "Name all the servers of the ensemble, so that its loss of one is survived.");
        }
        else if (leaders.Count == 1 && servers.Length > 1)
        {
            yield return new StoreFinding(
                "ensemble", StoreFindingStatus.Ok, $"{leaders[0]} leads; {known} of {servers.Length} servers serve");
        }
    }

    // The followers were asked after the leader, so they should know at least what it knew then.
    private static IEnumerable<StoreFinding> TellLag(Server leader, Server[] later)
    {
        var (epoch, count) = ServerReport.Split(leader.Report!.Zxid!.Value);
        var followers = later.Where(server => server.Address != leader.Address && server.Report is { Zxid: not null }).ToList();
        var behind = new List<string>();
        foreach (var follower in followers)
        {
            var (itsEpoch, itsCount) = ServerReport.Split(follower.Report!.Zxid!.Value);
            var lag = itsEpoch == epoch ? Math.Max(0, (long)count - itsCount) : 0;
            if (itsEpoch < epoch)
            {
                yield return new StoreFinding(
                    "follower",
                    StoreFindingStatus.Warning,
                    $"{follower.Address} still is in epoch {itsEpoch}, the leader in {epoch}",
                    "It has not joined the present leader: look at its log, and restart it if that does not pass.");
            }
            else if (lag >= NotableLag)
            {
                yield return new StoreFinding(
                    "follower",
                    StoreFindingStatus.Warning,
                    $"{follower.Address} is {lag} transactions behind the leader",
                    "Its disk or network is too slow: who reads there sees old data.");
            }
            else
            {
                behind.Add($"{follower.Address} {lag}");
            }
        }

        if (behind.Count > 0)
        {
            yield return new StoreFinding(
                "followers", StoreFindingStatus.Ok, $"transactions behind the leader: {string.Join(", ", behind)}");
        }
    }

    // The leader knows of followers that the URL does not name. Unlike srvr, mntr must be allowed.
    private async Task<StoreFinding> TellQuorumAsync(ServerAddress leader, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await FourLetterWord.AskAsync(leader, "mntr", options, Patience, clock, cancellationToken).ConfigureAwait(false);
            if (ServerReport.ReadCounter(answer, "zk_synced_followers") is not { } synced
                || ServerReport.ReadCounter(answer, "zk_quorum_size") is not { } voters)
            {
                return new StoreFinding(
                    "quorum",
                    StoreFindingStatus.Ok,
                    $"not known, as {leader} does not allow the word 'mntr'",
                    "To see how many followers the leader has, add mntr to its 4lw.commands.whitelist.");
            }

            var detail = $"{synced} of {voters - 1} followers are in step, says the leader";
            return synced >= voters - 1
                ? new StoreFinding("quorum", StoreFindingStatus.Ok, detail)
                : new StoreFinding(
                    "quorum",
                    StoreFindingStatus.Warning,
                    detail,
                    "Start the others: with more of them lost there is no quorum, and nothing can be written.");
        }
        catch (ConnectionEndedException error)
        {
            return new StoreFinding("quorum", StoreFindingStatus.Warning, error.Message, "The leader was lost in between: run it again.");
        }
    }

    /// <summary>A server, and either what it said or why it did not.</summary>
    private sealed record Server(ServerAddress Address, ServerReport? Report, string? Trouble);
}
