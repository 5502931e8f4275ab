using System.Runtime.CompilerServices;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Diagnosis;

namespace Fan.ZooKeeper;

/// <summary>All that a store on ZooKeeper tells of itself: its servers, then the session, then who may do what. For one run.</summary>
internal sealed class StoreDiagnosis(ZooKeeperClient client, ZooKeeperClientOptions options, TimeProvider clock)
{
    public async IAsyncEnumerable<StoreFinding> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var finding in await new EnsembleDiagnosis(options, clock).RunAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return finding;
        }

        if (client.Session.Server is not { } server) yield break;
        yield return TellSession(server);
        foreach (var finding in await LookAtAccessAsync(cancellationToken).ConfigureAwait(false)) yield return finding;
    }

    private StoreFinding TellSession(string server)
    {
        var (agreed, asked) = (client.Session.Timeout, options.SessionTimeout);
        var detail = $"0x{client.SessionId:x} with {server}; a process that dies keeps its endpoints for {agreed.TotalSeconds:0.###} s";
        return agreed == asked
            ? new StoreFinding("session time", StoreFindingStatus.Ok, detail)
            : new StoreFinding(
                "session time",
                StoreFindingStatus.Ok,
                $"{detail}, where {asked.TotalSeconds:0.###} s were asked for",
                "The servers bound it: minSessionTimeout and maxSessionTimeout, by default 2 and 20 of their ticks.");
    }

    private async Task<IReadOnlyList<StoreFinding>> LookAtAccessAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await new AccessDiagnosis(client, options).RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ZooKeeperException error)
        {
            return [new StoreFinding(
                "access",
                StoreFindingStatus.Failed,
                ZooKeeperErrors.Explain(options.DisplayName, error).Message,
                "The store was lost in between: run it again.")];
        }
    }
}
